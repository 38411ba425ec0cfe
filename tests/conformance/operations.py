"""What the official SDK can ask of the platform, read from the source that its generator wrote.

Nothing is imported for it and nothing is written down by hand: each function of an API class says in its own text which
method it sends to which path, with what in the query and in the body, and what comes back.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

PACKAGE = "PureCloudPlatformClientV2"
ROUTINE_HEADERS = {"Accept", "Content-Type"}

Call: TypeAlias = tuple[str, str]
"""Method and path; in the path of an operation names in braces stand for values."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One function of one API class. `path_names`, `query`, `headers`: name on the wire -> name in Python."""

    api: str
    function: str
    method: str
    path: str
    path_names: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str | None
    answer: str | None

    @property
    def call(self) -> Call:
        return self.method, self.path


Index: TypeAlias = Mapping[Call, Operation]


def index_of(paths: Iterable[str]) -> Index:
    """The operations at these paths and below them. Where several API classes offer the same one, one of them."""
    return _index(tuple(paths))


def match(index: Index, method: str, path: str) -> Operation | None:
    """The operation that a request is; where several fit, the one with the fewest names, as servers choose."""
    fitting = [each for each in index.values() if each.method == method and _pattern(each.path).fullmatch(path)]
    return min(fitting, key=lambda each: len(each.path_names), default=None)


@cache
def _index(wanted: tuple[str, ...]) -> Index:
    found = [each for source in _sources() if any(path in source for path in wanted) for each in _operations(source)]
    return {each.call: each for each in found if any(f"{each.path}/".startswith(f"{path}/") for path in wanted)}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)))


@cache
def _sources() -> tuple[str, ...]:
    spec = find_spec(PACKAGE)
    assert spec is not None, "the SDK is not installed; it is one of the development dependencies"
    assert spec.origin is not None
    return tuple(file.read_text() for file in sorted((Path(spec.origin).parent / "apis").glob("*_api.py")))


@cache
def _operations(source: str) -> tuple[Operation, ...]:
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    found = tuple(
        _operation(each.name, node)
        for each in classes
        for node in each.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    )
    assert len(found) == source.count(" resource_path = "), "a function is written in a way that is not understood"
    return found


def _operation(api: str, function: ast.FunctionDef) -> Operation:
    documented = ast.get_docstring(function) or ""
    body = re.search(r"^:param (.+) body:", documented, re.MULTILINE)
    call = next(_calls_of("call_api", function))
    return Operation(
        api,
        function.name,
        method=_text(call.args[1]),
        path=_path(function),
        path_names=_named(function, "path_params"),
        query=_named(function, "query_params"),
        headers={wire: name for wire, name in _named(function, "header_params").items() if wire not in ROUTINE_HEADERS},
        body=body.group(1) if body else None,
        answer=next(_answer(keyword.value) for keyword in call.keywords if keyword.arg == "response_type"),
    )


def _path(function: ast.FunctionDef) -> str:
    """From `resource_path = '/api/v2/...'.replace(...)`."""
    for value in (node.value for node in ast.walk(function) if isinstance(node, ast.Assign) and _sets(node)):
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            return _text(value.func.value)
    raise AssertionError(f"{function.name} does not say to which path it goes")


def _sets(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "resource_path" for target in node.targets)


def _named(function: ast.FunctionDef, table: str) -> dict[str, str]:
    """From every `table['wire'] = params['name']`; what is set from elsewhere has no name in Python."""
    found = {}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id == table:
                found[_text(target.slice)] = _text(node.value.slice) if isinstance(node.value, ast.Subscript) else ""
    return found


def _calls_of(name: str, function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
            yield node


def _answer(value: ast.expr) -> str | None:
    return None if isinstance(value, ast.Constant) and value.value is None else _text(value)


def _text(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant), ast.dump(node)
    assert isinstance(node.value, str), ast.dump(node)
    return node.value
