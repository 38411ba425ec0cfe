"""`/api/v2/dataextensions`: core types and limits of no base in particular, which are those of external contacts."""

from __future__ import annotations

from dataclasses import replace

from reconciler.sandbox.data_schemas.bases import CONTACTS
from reconciler.sandbox.data_schemas.quotas import limits_of
from reconciler.sandbox.data_schemas.routes import get_core_type, get_limits, list_core_types
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.verbs import Verb, Verbs

PATH = "/api/v2/dataextensions"
_GENERIC = replace(CONTACTS, path=PATH)


def verbs(organisation: Organisation, rest: str) -> Verbs:
    """What can be done at `rest` of the path."""
    view = CONTACTS.scopes.view
    match rest.split("/"):
        case ["", "coretypes"]:
            return {"GET": Verb("dataextensions.coretypes", view, lambda: list_core_types(_GENERIC))}
        case ["", "coretypes", name] if name:
            return {"GET": Verb("dataextensions.coretypes", view, lambda: get_core_type(_GENERIC, name))}
        case ["", "limits"]:
            limits = limits_of(CONTACTS, organisation.settings)
            return {"GET": Verb("dataextensions.limits", view, lambda: get_limits(_GENERIC, limits))}
        case _:
            return {}
