"""The verbs: a module each, the only place where the parts meet."""
