"""Which error a failed call is, and what its message says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

from reconciler.api.answer import Answer
from reconciler.api.legible import legible
from reconciler.api.repeat import Method, Outcome
from reconciler.api.request import Request
from reconciler.api.wording import told
from reconciler.errors import (
    ApiError,
    AuthenticationFailed,
    NotFound,
    NotOffered,
    PermissionDenied,
    ReconcilerError,
    Rejected,
    Unknown,
    Unreachable,
    UntrustworthyAnswer,
    VersionConflict,
)

_Error = TypeVar("_Error", bound=ApiError)


@dataclass(frozen=True, slots=True)
class Failure:
    """A call given up after `tries`, with its last answer. `may_have_happened` speaks of a write's effect.

    `token` says where the token came from.
    """

    request: Request
    answer: Answer
    tries: int = 1
    may_have_happened: bool = False
    token: str = "the token"

    @property
    def where(self) -> str:
        known = f" (correlation id {self.answer.correlation_id})" if self.answer.correlation_id else ""
        return f"{self.request.verb} {self.request.path}{known}"

    @property
    def told(self) -> str:
        tries = f" Tried {self.tries} times." if self.tries > 1 else ""
        return told(self.answer, self.request.content) + tries


_CERTAIN = {Outcome.CONFLICT, Outcome.MISSING, Outcome.REFUSED}
"""After these the organisation's state is known, whatever became of an earlier attempt."""


def error_of(failure: Failure) -> ReconcilerError:
    """The error to raise."""
    outcome = failure.answer.outcome
    if failure.may_have_happened and outcome not in _CERTAIN:
        return _unknown(failure)
    match outcome:
        case Outcome.NEVER_CONNECTED:
            hint = "Check the network, the proxy settings, and the region or RECONCILER_API_URL."
            return _api(Unreachable, "The organisation cannot be reached", failure, hint=hint)
        case Outcome.NOT_TRUSTED:
            hint = "Behind a proxy that inspects traffic, let REQUESTS_CA_BUNDLE name its certificate authority's file."
            return _api(Unreachable, "The host's certificate is not trusted", failure, hint=hint)
        case Outcome.DONE | Outcome.GARBLED | Outcome.REDIRECTED:
            return _untrustworthy(failure)
        case Outcome.UNAUTHENTICATED:
            return _unauthenticated(failure)
        case Outcome.FORBIDDEN:
            return not_offered(failure) if _is_switched_off(failure) else _forbidden(failure)
        case Outcome.MISSING:
            return _missing(failure)
        case Outcome.CONFLICT | Outcome.REFUSED if _may_be_stale(failure):
            return _api(VersionConflict, "The organisation reports a conflict", failure, hint=_advice(failure))
        case Outcome.CONFLICT | Outcome.REFUSED:
            return _refused(failure)
        case Outcome.THROTTLED:
            hint = "Others use the same client, or the same limit. Lower limits.requestsPerMinute, or try again later."
            return _api(ApiError, "The organisation asks for a slower pace", failure, hint=hint)
        case Outcome.NO_ANSWER | Outcome.TIMED_OUT | Outcome.BROKEN:
            return _api(ApiError, "The organisation does not answer as it should", failure, hint="Try again later.")


_STALE = re.compile(r"version.*(does not|doesn't) match|(does not|doesn't) match.*version", re.IGNORECASE | re.DOTALL)


def _may_be_stale(failure: Failure) -> bool:
    """409 or 412 on a write with a precondition, or the 400 by which some services mean the same (published API §1.6).

    Only a new read that shows another version makes it a conflict. A 400 whose code says what else is wrong is none,
    whatever words its message has.
    """
    if failure.request.method is not Method.GUARDED:
        return False
    if failure.answer.outcome is Outcome.CONFLICT:
        return True
    body = failure.answer.content if isinstance(failure.answer.content, dict) else {}
    code, message = body.get("code"), body.get("message")
    if failure.answer.status != 400 or not isinstance(message, str):
        return False
    if isinstance(code, str) and code.endswith("version.conflict"):
        return True
    return code in (None, "", "bad.request", "invalid.value") and bool(_STALE.search(message[:1000]))


def _is_switched_off(failure: Failure) -> bool:
    """A 403 that no permission would change: the organisation has not been given the feature (published API §4.4)."""
    return isinstance(failure.answer.content, dict) and failure.answer.content.get("code") == "feature.forbidden"


def not_offered(failure: Failure) -> NotOffered:
    """404, 405 or 410 where there is something if the organisation has it at all (contract, preamble)."""
    request = failure.request
    what = f"{request.access.what} ({request.verb})" if request.access.what else request.verb
    return _api(
        NotOffered,
        "The organisation does not offer this",
        failure,
        lead=f"This organisation does not offer {what} at {request.template}.",
        hint="Leave the kind out, or check the region or RECONCILER_API_URL. Where only the list is missing, an object "
        "can be bound to its id with metadata.id.",
    )


def untrustworthy(failure: Failure, lead: str) -> UntrustworthyAnswer:
    """An answer that came well and says something that cannot be."""
    return _api(UntrustworthyAnswer, "The answer cannot be trusted", failure, lead=lead, hint="Try again later.")


def _unknown(failure: Failure) -> Unknown:
    hint = "Run it again: what became of it is found out before anything is written."
    return _api(Unknown, "It is not known whether the write took effect", failure, hint=hint)


def _untrustworthy(failure: Failure) -> UntrustworthyAnswer:
    answer, lead = failure.answer, ""
    if answer.outcome is Outcome.REDIRECTED:
        target = legible(answer.headers.get("location") or "nowhere", 120)
        lead = f"It redirects to {target}; that is never followed, for the token would go along."
    hint = "Check the region, RECONCILER_API_URL and the proxy: this may be another server than the organisation's."
    return _api(UntrustworthyAnswer, "The answer cannot be trusted", failure, lead=lead, hint=hint)


def _missing(failure: Failure) -> ApiError:
    if failure.answer.quote:  # some proxy's page is not the organisation's word that an object is gone
        return _untrustworthy(failure)
    if failure.request.method is Method.CREATE:
        return not_offered(failure)
    return _api(NotFound, "The object is gone", failure)


def _refused(failure: Failure) -> ApiError:
    if failure.answer.status == 405:
        return not_offered(failure)
    return _api(Rejected, "The organisation refuses the request", failure, hint=_advice(failure))


def _advice(failure: Failure) -> str:
    """What the kind says about the code, or about one of those within."""
    body = failure.answer.content if isinstance(failure.answer.content, dict) else {}
    nested = body.get("errors")
    said = [body, *(nested if isinstance(nested, list) else ())]
    codes = [each.get("code") for each in said if isinstance(each, dict)]
    advice = failure.request.access.advice
    return next((advice[code] for code in codes if isinstance(code, str) and code in advice), "")


def _unauthenticated(failure: Failure) -> AuthenticationFailed:
    scope = failure.request.access.scope
    return AuthenticationFailed(
        "The organisation does not accept the token",
        detail=f"It refuses {failure.token}. {failure.told}",
        hint="Likely causes: the credentials are wrong or have expired; the region or host is not that of the client's "
        f"organisation; {f'the scope {scope}' if scope else 'a scope'} is missing.",
        where=failure.where,
    )


def _forbidden(failure: Failure) -> PermissionDenied:
    access = failure.request.access
    if access.permission:
        needs = f"This needs the permission {access.permission}"
    else:
        needs = (
            f"This needs the scope {access.scope}" if access.scope else "This needs a permission that the client lacks"
        )
    roles = f", which the role {' or '.join(access.roles)} brings" if access.roles else ""
    return PermissionDenied(
        "A permission is missing",
        detail=f"{needs}{roles}. {failure.told}",
        hint="Grant it in Genesys Cloud: Admin > Integrations > OAuth, the client, Roles (for a user's token: Scope).",
        where=failure.where,
    )


def _api(cls: type[_Error], summary: str, failure: Failure, *, lead: str = "", hint: str = "") -> _Error:
    return cls(
        summary,
        method=failure.request.verb,
        path=failure.request.path,
        status=failure.answer.status,
        correlation_id=failure.answer.correlation_id,
        detail=f"{lead} {failure.told}".strip(),
        hint=hint,
    )
