"""An error as a result: shown in whatever format was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import InvalidManifests, ReconcilerError
from reconciler.render import (
    Case,
    Occasion,
    Remark,
    cases_of_error,
    code,
    error_json,
    error_text,
    problems_json,
    problems_text,
    remarks_of_error,
    told_html,
    told_markdown,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as a result."""

    error: ReconcilerError

    def human(self, *, styled: bool, width: int) -> str:
        if isinstance(self.error, InvalidManifests):
            return problems_text(self.error.problems, styled=styled, width=width)
        return error_text(self.error, styled=styled)

    def json(self) -> bytes:
        if isinstance(self.error, InvalidManifests):
            return problems_json(self.error.problems)
        return error_json(self.error)

    def markdown(self, occasion: Occasion) -> str:
        title = f"{occasion.verb.capitalize() or 'Run'} for {code(occasion.environment or 'default')} failed"
        return told_markdown(title, self.human(styled=False, width=100), occasion)

    def html(self, occasion: Occasion) -> str:
        title = f"{occasion.verb.capitalize() or 'Run'} for {occasion.environment or 'default'} failed"
        return told_html(title, self.human(styled=False, width=100), self.remarks(), occasion)

    def cases(self) -> tuple[Case, ...]:
        return cases_of_error(self.error)

    def remarks(self) -> tuple[Remark, ...]:
        return remarks_of_error(self.error)

    def numbers(self) -> Mapping[str, str]:
        return {"failed": "true", "findings": str(len(self.remarks()))}
