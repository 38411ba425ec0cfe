"""The data-extension schemas of the published API §4: one family, seven bases, each with facts of its own."""
