"""The expressions of GitHub Actions that our workflows use, evaluated. What is not among them is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

TOKEN: Final = re.compile(r"\s*(?:('(?:[^']|'')*')|(==|!=|&&|\|\||[!(),])|([A-Za-z_][A-Za-z0-9_.-]*))")
Functions = Mapping[str, Callable[..., Any]]


def filled(text: Any, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """A value of the YAML with its `${{ }}` replaced; one that is nothing else keeps its type."""
    if not isinstance(text, str):
        return text
    if whole := re.fullmatch(r"\$\{\{(.*?)\}\}", text.strip(), re.DOTALL):
        return evaluated(whole[1], contexts, functions)
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: shown(evaluated(found[1], contexts, functions)), text)


def shown(value: Any) -> str:
    """As GitHub puts it into text."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def evaluated(text: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    parser = _Parser(_tokens(text), contexts, functions)
    value = parser.either()
    assert not parser.left, f"not understood: {text!r}"
    return value


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = TOKEN.match(text, place)
        assert match, f"not understood: {text[place:]!r}"
        found.append(match[0].strip())
        place = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[str], contexts: Mapping[str, Any], functions: Functions) -> None:
        self.left = tokens
        self._contexts = contexts
        self._functions = functions | {"fromJSON": json.loads}

    def either(self) -> Any:
        value = self._both()
        while self._takes("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Any:
        value = self._equal()
        while self._takes("&&"):
            other = self._equal()
            value = value and other
        return value

    def _equal(self) -> Any:
        value = self._single()
        if self._takes("=="):
            return shown(value) == shown(self._single())
        if self._takes("!="):
            return shown(value) != shown(self._single())
        return value

    def _single(self) -> Any:
        if self._takes("!"):
            return not self._single()
        if self._takes("("):
            value = self.either()
            assert self._takes(")")
            return value
        token = self.left.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self._takes("("):
            return self._functions[token](*self._arguments())
        return self._member(token)

    def _arguments(self) -> list[Any]:
        found: list[Any] = []
        while not self._takes(")"):
            found.append(self.either())
            self._takes(",")
        return found

    def _member(self, dotted: str) -> Any:
        """A context has to be known; a member that is not there is empty, as with GitHub."""
        first, *rest = dotted.split(".")
        value = self._contexts[first]
        for name in rest:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def _takes(self, token: str) -> bool:
        if self.left and self.left[0] == token:
            self.left.pop(0)
            return True
        return False
