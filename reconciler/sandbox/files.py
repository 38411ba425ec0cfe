"""Load files, fault files and save files: YAML or JSON in, JSON out, and one clear error for what cannot be read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from reconciler.sandbox.errors import SandboxError

Source = Mapping[str, Any] | str | Path | None
FaultSource = Sequence[Mapping[str, Any]] | str | Path | None


def read_state(source: Source) -> tuple[Mapping[str, Any], str]:
    """The state, unchecked, and how to name the place it came from."""
    if source is None or isinstance(source, Mapping):
        return source or {}, "load"
    content = read(Path(source))
    return {} if content is None else content, str(source)


def read_faults(source: FaultSource) -> tuple[Sequence[object], str]:
    """A list of faults, or a mapping with a list under `faults`."""
    if not isinstance(source, str | Path):
        return source or (), "faults"
    content = read(Path(source))
    listed = content.get("faults") if isinstance(content, Mapping) else content
    if not isinstance(listed, list):
        raise SandboxError(
            "Not a fault file", "a list of faults is wanted, or `faults:` with one under it", where=str(source)
        )
    return listed, str(source)


def read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise SandboxError("Cannot read the file", str(unreadable), where=str(path)) from None
    if path.suffix == ".json":
        return _json(text, path)
    return _yaml(text, path)


def write_atomically(path: Path, state: Mapping[str, Any]) -> None:
    """The old file or the new one, never half of it; JSON is YAML too, so any suffix can be loaded again."""
    content = orjson.dumps(state, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as unwritable:
        raise SandboxError("Cannot save the state", str(unwritable), where=str(path)) from None


def _json(text: str, path: Path) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise SandboxError("Not JSON", wrong.msg, where=f"{path}:{wrong.lineno}:{wrong.colno}") from None


def _yaml(text: str, path: Path) -> Any:
    import yaml

    try:
        # The base resolver would make dates of what the wire has as strings; this one stops at JSON's own types.
        return yaml.load(text, Loader=_json_types_only(yaml.SafeLoader))  # noqa: S506
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise SandboxError("Not YAML", wrong.problem or str(wrong), where=place) from None
    except yaml.YAMLError as wrong:
        raise SandboxError("Not YAML", str(wrong), where=str(path)) from None


def _json_types_only(loader: Any) -> Any:
    timestamp = "tag:yaml.org,2002:timestamp"
    resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag != timestamp]
        for first, known in loader.yaml_implicit_resolvers.items()
    }
    return type("JsonTypesLoader", (loader,), {"yaml_implicit_resolvers": resolvers})
