"""A result in each of the formats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol, cast

from reconciler import __version__
from reconciler.commands.actions import in_repository
from reconciler.commands.failure import Failure
from reconciler.render import Case, Occasion, Remark, annotated, inert, sarif_json

_OBEYED_IN_JSON: Final = re.compile(rb"##(?=(?:vso|teamcity)?\[)")


class Result(Protocol):
    """Something to show, in the plain formats."""

    def human(self, *, styled: bool, width: int) -> str: ...

    def json(self) -> bytes: ...


class Reviewed(Result, Protocol):
    """Something to show, in all formats."""

    def markdown(self, occasion: Occasion) -> str: ...

    def html(self, occasion: Occasion) -> str: ...

    def remarks(self) -> tuple[Remark, ...]: ...

    def cases(self) -> tuple[Case, ...]: ...

    def numbers(self) -> Mapping[str, str]:
        """What a workflow's later steps decide by."""
        ...


class Listed(Result, Protocol):
    """Something whose names are the matrix of a CI."""

    def matrix(self) -> bytes: ...


def formatted(name: str, result: Result, occasion: Occasion, *, styled: bool, width: int) -> bytes:
    """The whole content, with a final line end."""
    match name:
        case "human":
            content = result.human(styled=styled, width=width).encode()
        case "json":
            content = result.json()
        case "matrix":
            content = cast("Listed", result).matrix()
        case _:
            content = _reviewed(name, cast("Reviewed", result), occasion)
    return content if content.endswith(b"\n") or not content else content + b"\n"


def disarmed(name: str, content: bytes) -> bytes:
    """What a runner does not obey. No line of JSON begins with a command, and characters have another spelling."""
    match name:
        case "github":
            return content
        case "json" | "sarif":
            return _OBEYED_IN_JSON.sub(rb"#\\u0023", content)
        case _:
            return inert(content.decode(errors="surrogateescape")).encode(errors="surrogateescape")


def _reviewed(name: str, result: Reviewed, occasion: Occasion) -> bytes:
    match name:
        case "markdown":
            return result.markdown(occasion).encode()
        case "github":
            return annotated(_placed(result)).encode()
        case "html":
            return result.html(occasion).encode()
        case "junit":
            return _junit(result, occasion)
        case _:
            return _sarif(result, occasion)


def _placed(result: Reviewed) -> tuple[Remark, ...]:
    """Remarks whose files are named from the root of the repository."""
    return tuple(
        replace(each, where=replace(each.where, file=in_repository(each.where.file))) if each.where else each
        for each in result.remarks()
    )


def _junit(result: Reviewed, occasion: Occasion) -> bytes:
    from reconciler.render.junit import junit_xml  # whose XML takes a while to load

    return junit_xml(result.cases(), " ".join(("reconciler", occasion.verb, occasion.environment)))


def _sarif(result: Reviewed, occasion: Occasion) -> bytes:
    from reconciler.commands.explain import every_explanation  # which shows itself with the help of this module

    return sarif_json(
        _placed(result),
        every_explanation(),
        category=f"reconciler/{occasion.verb}/{occasion.environment or 'default'}",
        version=__version__,
        project_file=in_repository("reconciler.yaml"),
        succeeded=not isinstance(result, Failure),
    )
