"""Why a run can fail: one tree, a class for each reason that somebody handles.

    ReconcilerError                exit 1
    ├── UsageError                 exit 1   the command line or the project file asks for what cannot be
    ├── InvalidManifests           exit 1   every problem of every file, collected
    ├── AccessError                exit 7   who we are
    │   ├── AuthenticationFailed            the token endpoint or the API does not know us
    │   └── PermissionDenied                the API knows us and refuses
    ├── ApiError                   exit 1   one call failed; carries method, path, status, correlation id
    │   ├── NotOffered                      the organisation has no such endpoint
    │   ├── NotFound                        the object is gone
    │   ├── VersionConflict                 409 or 412 on a write with a precondition
    │   ├── Rejected                        4xx: the platform says no, and will say so again
    │   ├── Unreachable                     the connection was never made, so nothing happened
    │   ├── Unknown                         timeout, cut or 5xx on a write: it may have happened
    │   └── UntrustworthyAnswer             not JSON, truncated, or a list whose pages disagree
    ├── ArchiveError               exit 1   what is sent to a place of the user's own
    │   ├── ArchiveRefused                  it is not there: refused, or never reached
    │   │   └── ArchiveForbidden   exit 7   the endpoint does not take our credential
    │   ├── ArchiveUnconfirmed              it may be there: repeating it is harmless
    │   ├── ArchiveOutOfReach               its endpoint has failed so often that it is not tried any more
    │   └── BackupFailed                    no copy could be written
    ├── OutOfTime                  exit 1   the run's deadline passed
    ├── Interrupted                exit 130 somebody asked to stop while we were waiting
    ├── LedgerError                exit 1
    │   ├── LedgerLocked           exit 6
    │   ├── ForeignLedger                   another organisation's
    │   ├── LedgerFormat                    newer than this program, or no ledger at all
    │   └── AuditBroken                     an entry of the audit is not as it was written
    ├── SnapshotUnreadable         exit 1   no snapshot at all, or changed by hand
    ├── NotInSnapshot              exit 1   planning from it would need what was not read then
    ├── PlanRefused                exit 4   stale, changed by hand, or for something else
    │   ├── PlanUnreadable         exit 1   no plan at all
    │   └── ApprovalRefused                 what is planned now is not what was approved
    ├── ForgeError                 exit 1   GitHub did not do what a workflow needs
    │   └── ForgeRefused           exit 4   what was merged has no reviewed plan behind it
    ├── Blocked                    exit 3   findings stop the apply before its first write
    └── Declined                   exit 1   the user looked at the plan and said no

A message has four parts (STYLE rule 17): a short constant summary, the detail, a hint (a command stands alone on a
line), and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reconciler.model.approval import Difference
    from reconciler.model.source import Problem


class ReconcilerError(Exception):
    """A failure that the user can understand. Raised anywhere, caught once, in `cli`."""

    exit_code = 1

    def __init__(self, summary: str, *, detail: str = "", hint: str = "", where: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.hint = hint
        self.where = where
        self.told = False
        """Whether the user has been shown it already."""

    def __str__(self) -> str:
        return "\n".join(part for part in (self.summary, self.where, self.detail, self.hint) if part)


class UsageError(ReconcilerError):
    """The command line, the environment or the project file asks for what cannot be."""


class InvalidManifests(ReconcilerError):
    """The manifests have problems; `problems` holds all of them, in file order. `streamed` ones were shown as found."""

    def __init__(self, problems: Sequence[Problem], *, streamed: bool = False) -> None:
        count = len(problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} in the manifests")
        self.problems = tuple(problems)
        self.streamed = streamed


class AccessError(ReconcilerError):
    """The organisation does not let us in."""

    exit_code = 7


class AuthenticationFailed(AccessError):
    """Credentials missing or refused."""


class PermissionDenied(AccessError):
    """A scope, role or permission is missing."""


class ApiError(ReconcilerError):
    """One HTTP call failed. `status` is 0 where there was no answer."""

    def __init__(
        self,
        summary: str,
        *,
        method: str,
        path: str,
        status: int = 0,
        correlation_id: str = "",
        detail: str = "",
        hint: str = "",
    ) -> None:
        where = f"{method} {path}" + (f" (correlation id {correlation_id})" if correlation_id else "")
        super().__init__(summary, detail=detail, hint=hint, where=where)
        self.method = method
        self.path = path
        self.status = status
        self.correlation_id = correlation_id


class NotOffered(ApiError):
    """404, 405 or 410 on a collection or an optional verb, or a feature that is switched off (contract, preamble;
    published API §4.4): the organisation does not offer it."""


class NotFound(ApiError):
    """The object is not there."""


class VersionConflict(ApiError):
    """409 or 412 on a write with a precondition. A real conflict only if a new read shows another version."""


class Rejected(ApiError):
    """The platform refuses the request as it is (400, 409 on a create, 415, 422): repeating it is useless."""


class Unreachable(ApiError):
    """No connection was made: the request had no effect."""


class Unknown(ApiError):
    """The answer to a write is missing or a 5xx: it may have had its effect. Look before repeating."""


class UntrustworthyAnswer(ApiError):
    """An answer that cannot be believed: not JSON, truncated, oversized, redirected, or pages that disagree."""


class ArchiveError(ReconcilerError):
    """An archive or its copy is not where the user wants it."""


class ArchiveRefused(ArchiveError):
    """The archive is not there: it was refused, or its endpoint never reached."""


class ArchiveForbidden(ArchiveRefused):
    """The endpoint does not take our credential."""

    exit_code = 7


class ArchiveUnconfirmed(ArchiveError):
    """The archive may be there, and nothing says so. Sending it again is harmless."""


class ArchiveOutOfReach(ArchiveError):
    """The endpoint has failed so often that it is not tried any more in this run."""


class BackupFailed(ArchiveError):
    """A copy could not be written, or is not what was written."""


class OutOfTime(ReconcilerError):
    """The run's deadline passed while waiting."""


class Interrupted(ReconcilerError):
    """Somebody asked to stop while we were waiting. Raised by the clock that the command hands in."""

    exit_code = 130


class LedgerError(ReconcilerError):
    """The ledger cannot be read or written."""


class LedgerLocked(LedgerError):
    """Another run holds the ledger's lock."""

    exit_code = 6


class ForeignLedger(LedgerError):
    """The ledger belongs to another organisation."""


class LedgerFormat(LedgerError):
    """The file is no ledger, or its format is newer than this program."""


class AuditBroken(LedgerError):
    """The audit is not as it was written: something was changed, taken out, put in, or cut off."""


class SnapshotUnreadable(ReconcilerError):
    """The file is no snapshot, or not as it was written."""


class NotInSnapshot(ReconcilerError):
    """A snapshot was made without what a plan needs. What is not known is never taken for nothing."""


class PlanRefused(ReconcilerError):
    """The plan is stale, altered, or made for something else. Nothing was written."""

    exit_code = 4


class PlanUnreadable(PlanRefused):
    """The file is no plan, or of a newer format."""

    exit_code = 1


class ApprovalRefused(PlanRefused):
    """Approvals that cannot be used here, or do not cover what is planned now; then with every difference."""

    def __init__(
        self, summary: str, *, detail: str, hint: str = "", where: str = "", differences: Sequence[Difference] = ()
    ) -> None:
        super().__init__(summary, detail=detail, hint=hint, where=where)
        self.differences = tuple(differences)


class ForgeError(ReconcilerError):
    """GitHub cannot be asked, refuses, or answers what makes no sense."""


class ForgeRefused(ForgeError):
    """What was merged has no reviewed plan behind it, or it is not certain that it has."""

    exit_code = 4


class Blocked(ReconcilerError):
    """Findings stop the apply before its first write."""

    exit_code = 3


class Declined(ReconcilerError):
    """The user looked at the plan and said no."""


FATAL: Final = (AuthenticationFailed, LedgerError, OutOfTime)
"""What makes every further step pointless: who we are, the ledger, the time."""
