"""The codes of everything that can be wrong in a file, each with its explanation."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from reconciler.model.finding import Explanation
from reconciler.model.source import Problem, Source


class Code(StrEnum):
    """MF0xx: reading YAML. MF1xx: one document by itself. MF2xx: manifests together."""

    NOT_UTF8 = "MF001"
    TOO_LARGE = "MF002"
    CONTROL_CHARACTER = "MF003"
    SYNTAX = "MF004"
    TAB = "MF005"
    TOO_DEEP = "MF006"
    DUPLICATE_KEY = "MF007"
    KEY_NOT_STRING = "MF008"
    TAG = "MF009"
    MERGE_KEY = "MF010"
    ALIAS_UNKNOWN = "MF011"
    ALIAS_BUDGET = "MF012"
    NUMBER = "MF013"
    YAML_VERSION = "MF014"

    NO_MANIFEST = "MF101"
    API_VERSION = "MF102"
    UNKNOWN_KIND = "MF103"
    MISSING_FIELD = "MF104"
    UNKNOWN_FIELD = "MF105"
    WRONG_TYPE = "MF106"
    NOT_ALLOWED = "MF107"
    WRONG_FORM = "MF108"
    OUT_OF_RANGE = "MF109"
    REPEATED = "MF110"
    NO_FIT = "MF111"
    PLACEHOLDER = "MF112"
    NO_VALUE = "MF113"
    NO_ENVIRONMENT = "MF114"
    PATCHES_NOTHING = "MF115"
    PATCHED_TWICE = "MF116"
    VALUES_UNREADABLE = "MF117"
    ONE_PLACE = "MF118"
    BAD_REGEX = "MF121"
    SETTLE_TOO_SHORT = "MF122"
    ONE_PROJECT = "MF123"
    EMPTY_RANGE = "MF124"
    NO_SCHEMA = "MF125"
    CODE_TAKEN = "MF126"

    DUPLICATE_ADDRESS = "MF201"
    DUPLICATE_NATURAL_KEY = "MF202"
    DUPLICATE_ID = "MF203"
    UNKNOWN_REFERENCE = "MF204"
    CYCLE = "MF205"
    REMOVED_STILL_THERE = "MF206"
    REMOVED_TWICE = "MF207"
    MOVED_STILL_THERE = "MF208"
    MOVED_NOWHERE = "MF209"
    MOVED_TWICE = "MF210"
    UNRESOLVED = "MF211"


NEEDING_THE_PROJECT: Final = frozenset({Code.NO_VALUE.value, Code.NO_ENVIRONMENT.value, Code.NO_MANIFEST.value})
"""What is wrong in a manifest only if the project file is as it should be: what is none may be one of its files."""


def problem(code: Code, where: Source, *, detail: str, hint: str = "") -> Problem:
    """A problem whose summary is the title of its code's explanation."""
    return Problem(code.value, EXPLANATIONS[code].title, detail, hint, where)


EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    Code.NOT_UTF8: Explanation(
        "The file is not UTF-8 text",
        "YAML files are exchanged as UTF-8. Another encoding read as UTF-8 would silently garble names.",
        "Save the file as UTF-8, with or without a byte order mark.",
    ),
    Code.TOO_LARGE: Explanation(
        "The file is too large",
        "A manifest has a few kilobytes. One of megabytes is usually an export or a mistake, and slows each run.",
        "Split the file, or move what is no manifest out of the directory.",
    ),
    Code.CONTROL_CHARACTER: Explanation(
        "The text contains a character that cannot be seen",
        "Control characters and exotic line ends show differently in every editor and could forge terminal output.",
        "Delete the character. In a quoted string write a line end as \\n and a tab as \\t.",
    ),
    Code.SYNTAX: Explanation(
        "The YAML cannot be read",
        "The document ends where it stops being YAML; the other documents and files were read all the same.",
        "Correct the line shown; often a quote, a bracket or the indentation of the line before it is at fault.",
    ),
    Code.TAB: Explanation(
        "A tab stands where YAML wants spaces",
        "YAML measures structure by columns and forbids tabs in indentation.",
        "Indent with spaces.",
    ),
    Code.TOO_DEEP: Explanation(
        "The document is nested too deeply",
        "No manifest needs many levels; documents that do are made to exhaust the reader.",
        "Flatten the value, or look for brackets that are never closed.",
    ),
    Code.DUPLICATE_KEY: Explanation(
        "A key is stated twice",
        "YAML forbids it, and most readers silently keep the last: a reviewer who read the first was misled.",
        "Keep one of the two.",
    ),
    Code.KEY_NOT_STRING: Explanation(
        "A key is not a string",
        "JSON, and so the API, knows only strings as keys.",
        "Put the key into quotes.",
    ),
    Code.TAG: Explanation(
        "Tags are not read",
        "A tag (!something) makes a value mean something else to each reader.",
        "Delete the tag; quote the value if it is meant as a string.",
    ),
    Code.MERGE_KEY: Explanation(
        "Merge keys are not read",
        "`<<` was dropped in YAML 1.2, and hides from the reader of a manifest what it states.",
        "State the members themselves, or use an alias for a whole value.",
    ),
    Code.ALIAS_UNKNOWN: Explanation(
        "An alias points at nothing",
        "The anchor is missing, stands later, or encloses the alias.",
        "Write the value itself, or put the anchor (&name) before the alias.",
    ),
    Code.ALIAS_BUDGET: Explanation(
        "The document uses too many aliases",
        "A few lines of nested aliases can stand for billions of values.",
        "Write the values out.",
    ),
    Code.NUMBER: Explanation(
        "The number cannot be represented",
        "Numbers beyond 64 bits, infinities, and leading zeros mean different things to different readers.",
        "Quote it if it is meant as a string.",
    ),
    Code.YAML_VERSION: Explanation(
        "The document asks for another YAML version",
        "Files are read as YAML 1.2, where `no`, `on` and `0777` mean something else than in 1.1.",
        "Delete the %YAML line.",
    ),
    Code.NO_MANIFEST: Explanation(
        "The document is no manifest",
        "A document is a manifest (apiVersion, kind, metadata, spec) or has `removed:` or `moved:` at its top.",
        "Add what is missing, or move the file out of the directory of manifests.",
    ),
    Code.API_VERSION: Explanation(
        "The apiVersion is not known",
        "The version says by which rules a document is read; another one may mean other things.",
        "Write `apiVersion: reconciler/v1`.",
    ),
    Code.UNKNOWN_KIND: Explanation(
        "The kind is not known",
        "Without its kind a manifest can be neither checked nor applied.",
        "List the known kinds:\nreconciler kinds",
    ),
    Code.MISSING_FIELD: Explanation(
        "A field is missing",
        "The field has no default, and the platform needs it.",
        "Add the field.",
    ),
    Code.UNKNOWN_FIELD: Explanation(
        "A field is not known here",
        "An unknown field would be ignored, so that what a reviewer read would not happen.",
        "Correct its spelling, move it to its place, or delete it.",
    ),
    Code.WRONG_TYPE: Explanation(
        "A value has the wrong type",
        "YAML guesses the types of unquoted values: 1.0 is a number, true a boolean, an empty value null.",
        "Quote what is meant as a string; leave the quotes off what is meant as a number or boolean.",
    ),
    Code.NOT_ALLOWED: Explanation(
        "A value is not one of those allowed",
        "The platform knows a closed list of values here.",
        "Choose one of the values listed.",
    ),
    Code.WRONG_FORM: Explanation(
        "A value does not have the required form",
        "The platform, or this program, reads the value by a fixed form.",
        "Write it in the form described.",
    ),
    Code.OUT_OF_RANGE: Explanation(
        "A value is too small or too large",
        "The platform refuses values, lengths or counts beyond its limits.",
        "Stay within the limit named.",
    ),
    Code.REPEATED: Explanation(
        "A list states an element twice",
        "The list is a set: a repetition means nothing, or hides a slip.",
        "Delete one of the two.",
    ),
    Code.NO_FIT: Explanation(
        "A value fits none of the forms allowed here",
        "Several forms are possible, and the value is none of them or mixes them.",
        "Choose one form and state exactly its members.",
    ),
    Code.PLACEHOLDER: Explanation(
        "A placeholder does not stand for a value here",
        "`${values.name}` is a value of the environment. Names, keys and the project file are the same in every "
        "environment, and whatever else begins with `${` would be sent as it is.",
        "Write the value itself, or `${values.name}` in a manifest. A literal `${` is written `$${`.",
    ),
    Code.NO_VALUE: Explanation(
        "A value is missing in an environment",
        "The manifest uses a value that the environment does not state; nothing can stand in its place.",
        "State it under the environment's `values`, or correct the name.",
    ),
    Code.NO_ENVIRONMENT: Explanation(
        "An environment is not known",
        "A manifest that is limited to an environment which the project does not have would be nowhere, unnoticed.",
        "Correct the name, or add the environment to the project file.",
    ),
    Code.PATCHES_NOTHING: Explanation(
        "A patch changes nothing",
        "Its target or what it takes away is not there: what a reviewer read would not happen.",
        "Correct the address or the name, or delete the patch.",
    ),
    Code.PATCHED_TWICE: Explanation(
        "Two patches change the same place",
        "Which of them holds would depend on their order alone.",
        "Keep one of the two, or give their targets less to share.",
    ),
    Code.VALUES_UNREADABLE: Explanation(
        "A file of values cannot be read",
        "An environment's values are written out, or are a YAML map in a file within the project's folder. Secrets are "
        "no values: they stand in manifests as {fromEnv: RECONCILER_SECRET_...}.",
        "Correct the file or its path.",
    ),
    Code.ONE_PLACE: Explanation(
        "The environments are not told apart",
        "Environments that share a ledger or the names of their variables would be taken for one another.",
        "Give each environment what is its own, and state environments in one way only.",
    ),
    Code.BAD_REGEX: Explanation(
        "The regular expression is not valid",
        "Names could not be checked against it.",
        "Correct the expression; it is one of Python's `re` module and must match the whole name.",
    ),
    Code.SETTLE_TOO_SHORT: Explanation(
        "The settle time is not longer than the request timeout",
        "A request still under way could take effect after a crashed run was declared to have had none.",
        "Raise `timing.settle` above `timing.request`.",
    ),
    Code.ONE_PROJECT: Explanation(
        "The project file is not one document",
        "There is one project, stated by one YAML document.",
        "Write one document that begins with `apiVersion: reconciler/v1` and `kind: Project`.",
    ),
    Code.EMPTY_RANGE: Explanation(
        "The minimum is above the maximum",
        "No value would be allowed.",
        "Exchange or correct the two.",
    ),
    Code.NO_SCHEMA: Explanation(
        "The schema of a rule is no schema",
        "JSON Schema passes over what it does not know, so that a rule with a slip in it would check nothing. And one "
        "that fetched parts from elsewhere would change without anybody here having reviewed it.",
        "Correct it after JSON Schema 2020-12, and keep what it refers to under `$defs`.",
    ),
    Code.CODE_TAKEN: Explanation(
        "The code of a rule is taken",
        "Acknowledgements, reports and `reconciler explain` tell rules apart by their codes alone.",
        "Choose another code, with letters of your own, as in ORG001.",
    ),
    Code.DUPLICATE_ADDRESS: Explanation(
        "Two manifests have the same address",
        "An address is the identity of one object; two manifests would overwrite each other in turn.",
        "Rename or delete one of them.",
    ),
    Code.DUPLICATE_NATURAL_KEY: Explanation(
        "Two manifests describe the same object",
        "The organisation tells objects of this kind apart by these members only.",
        "Give one of them another name, or merge the two.",
    ),
    Code.DUPLICATE_ID: Explanation(
        "Two manifests bind the same id",
        "One live object cannot be two manifests.",
        "Correct `metadata.id` in one of them.",
    ),
    Code.UNKNOWN_REFERENCE: Explanation(
        "A reference names no manifest",
        "A name refers to another manifest of the project, by its metadata.name.",
        "Correct the name, add the manifest, or write {id: ...} for an object that is not managed here.",
    ),
    Code.CYCLE: Explanation(
        "Manifests need each other to be created",
        "Each of them would have to exist before the other.",
        "Remove one of the references, or refer to an existing object by {id: ...}.",
    ),
    Code.REMOVED_STILL_THERE: Explanation(
        "A removed address still has a manifest",
        "The manifest says that the object shall be, `removed:` that it shall not.",
        "Delete one of the two.",
    ),
    Code.REMOVED_TWICE: Explanation(
        "An address is removed twice",
        "The two may disagree about deleting the object.",
        "Keep one of them.",
    ),
    Code.MOVED_STILL_THERE: Explanation(
        "A moved address still has a manifest",
        "`moved:` says that the manifest has been renamed, but there is one under the former name.",
        "Rename the manifest, or delete the `moved:` entry.",
    ),
    Code.MOVED_NOWHERE: Explanation(
        "A move leads to no manifest",
        "The object would be left without a manifest.",
        "Correct the address in `to:`, or use `removed:`.",
    ),
    Code.MOVED_TWICE: Explanation(
        "A move contradicts another entry",
        "An address moves once, to another address of its kind.",
        "Keep the entry that holds.",
    ),
    Code.UNRESOLVED: Explanation(
        "A value has no meaning in this project",
        "The value refers to something that the project file defines, and does not.",
        "Define it in reconciler.yaml, or choose one that is defined.",
    ),
}
