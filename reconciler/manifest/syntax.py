"""What libyaml says when a text is not YAML, in words that say what to do."""

from __future__ import annotations

from typing import Final

from yaml import YAMLError

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.text import Text, offset_of_line
from reconciler.model.source import Problem, Source

_HINTS: Final = (
    ("mapping values are not allowed", 'Quote a value that contains ": ", or correct the indentation.'),
    ("did not find expected key", "Begin the members of one mapping in the same column, and close every quote."),
    ("did not find expected '-'", "Begin the elements of one list in the same column, each with `- `."),
    ("block sequence entries are not", "Begin the list on a line of its own, below its key."),
    ("did not find expected ','", "Close the bracket, and put a comma between the elements."),
    ("did not find expected node content", "A value or a closing bracket is missing here, or before this line."),
    ("could not find expected ':'", "Write `key: value`. A text of several lines begins with `|`, or is quoted."),
    ("unexpected end of stream", "Close the quote that is opened here."),
    ("unexpected document indicator", "Close the quote that is opened here."),
    ("unknown escape character", "Write \\\\ for a backslash in double quotes, or use single quotes."),
    ("invalid Unicode character escape", "Write the character itself; surrogate pairs are not joined in YAML."),
    ("expected <document start>", "Begin a further document with a line `---`."),
)
_TOO_DEEP: Final = "exceeded maximum nesting depth"
"""Said by libyaml from 0.2.6 on, which counts brackets before it hands out any of them."""
_TABS: Final = ("found a tab character", "found character '\\t(TAB)'")


def syntax_problem(error: YAMLError, text: Text, *, line: int) -> Problem:
    """The problem for an error of the parser, which was given the text from `line` on."""
    said = str(getattr(error, "problem", None) or error)
    begun, found = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    if "unexpected end of stream" in said or "unexpected document indicator" in said:
        found = begun or found
    where = text.source(found.line + line if found else line, found.column + 1 if found else 1)
    if _is_beyond(where) and begun is not None:
        where = text.source(begun.line + line, begun.column + 1)
    if _is_beyond(where):
        where = _last_written(text, where)
    if _TOO_DEEP in said:
        detail = "It is hundreds of levels deep. The rest of the document was not read."
        return problem(Code.TOO_DEEP, where, detail=detail, hint="Look for brackets that are never closed.")
    character = where.text[where.column - 1 : where.column]
    if character == "\t" or said.startswith(_TABS):
        return problem(Code.TAB, where, detail="A tab is not allowed here.", hint="Indent with spaces.")
    if "cannot start any token" in said:
        detail = f"A plain value cannot begin with `{character}`."
        return problem(Code.SYNTAX, where, detail=detail, hint="Put the value into quotes.")
    hint = next((hint for words, hint in _HINTS if words in said), "Correct the line shown, or the one before it.")
    context = getattr(error, "context", None)
    detail = f"{context}, {said}" if context else said
    return problem(Code.SYNTAX, where, detail=detail[:1].upper() + detail[1:] + ".", hint=hint)


def _is_beyond(where: Source) -> bool:
    """Whether the parser complains only because the document ends here: what is wrong stands before."""
    return not where.text.strip() or (where.column == 1 and where.text.startswith("---"))


def _last_written(text: Text, where: Source) -> Source:
    """The end of the last line before a place that is not blank."""
    before = text.content[: offset_of_line(text.content, where.line)].rstrip()
    if not before:
        return where
    start = before.rfind(b"\n") + 1
    return text.source(before.count(b"\n") + 1, len(before[start:].decode()), offset=start)
