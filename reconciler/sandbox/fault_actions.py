"""What can go wrong with a request, as values; the gateway makes it happen.

`when` says on which side of the request's own effect a thing happens: `before` (there will be no effect, or it comes
later) or `after` (the effect exists, whatever the client hears).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reconciler.sandbox.edits import Edit
from reconciler.sandbox.errors import SandboxError

When = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Status:
    """Answers with a status and the platform's ErrorBody, or with no body at all, instead of the real answer."""

    status: int
    retry_after: int | str | None = None
    code: str = "service.unavailable"
    message: str = "The request could not be served."
    bare: bool = False
    when: When = "before"


@dataclass(frozen=True, slots=True)
class Delay:
    """Waits real seconds; a client that gives up meanwhile does not stop the effect."""

    seconds: float
    when: When = "before"


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answers; ends when the client hangs up or the sandbox stops."""

    when: When = "before"


@dataclass(frozen=True, slots=True)
class Cut:
    """Cuts the connection without a byte of an answer."""

    when: When = "before"


@dataclass(frozen=True, slots=True)
class Late:
    """The effect exists but readers see the former state, for sandbox seconds or for a number of reads.

    `lists` hides it from lists only: the list lags behind. A page of a list counts as one read, and so does a GET of
    the object.
    """

    seconds: float | None = None
    reads: int | None = None
    reach: Literal["everywhere", "lists"] = "everywhere"

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.reads is None):
            raise SandboxError("A fault does not add up", "late takes either seconds or reads")


@dataclass(frozen=True, slots=True)
class Truncate:
    """Sends the first `keep` bytes of the body (half by default).

    `declares` is what Content-Length says: `part` frames the stump properly, so that only a JSON parser notices;
    `whole` promises more than comes before the connection closes.
    """

    keep: int | None = None
    declares: Literal["part", "whole"] = "part"


@dataclass(frozen=True, slots=True)
class Html:
    """A page of HTML where JSON is expected, as proxies send it."""

    status: int = 502
    when: When = "before"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Sends the client to `location`; one without a path gets that of the request."""

    location: str
    status: int = 302
    when: When = "before"


@dataclass(frozen=True, slots=True)
class Oversize:
    """Pads the answer with white space, so that it is still JSON; without Content-Length unless `declares`."""

    bytes: int = 64 * 1024 * 1024
    declares: bool = False


@dataclass(frozen=True, slots=True)
class Mangle:
    """Changes the JSON of the answer: `set` and `remove` name places as `entities.0.name`."""

    set: Mapping[str, Any] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edits:
    """A colleague's edits right before the request is handled, or right after."""

    edits: tuple[Edit, ...]
    when: When = "before"


@dataclass(frozen=True, slots=True)
class Shift:
    """Moves a list under a reader who is between two of its pages.

    | by     | what happens                                     | what the reader gets                    |
    |--------|--------------------------------------------------|-----------------------------------------|
    | insert | a copy of the first object goes to the front     | one seen twice, total grows             |
    | delete | the first object is deleted                      | one missed, total shrinks               |
    | swap   | the first is deleted, a copy of it goes to the end | one missed, totals agree              |
    | rotate | the last object comes first, nothing else changes  | one seen twice, one missed, totals agree |
    """

    by: Literal["insert", "delete", "swap", "rotate"]


@dataclass(frozen=True, slots=True)
class NextPage:
    """Bends the `nextUri` of a list by cursor.

    | leads          | where                                                                            |
    |----------------|----------------------------------------------------------------------------------|
    | here           | to the page just answered: once, and a page comes twice; without end, and it loops |
    | to_the_first   | to the first page                                                                |
    | past_one       | past the next page, which is lost                                                |
    | nowhere        | it is not there, though there is more                                            |
    | without_cursor | to where it should, but for the cursor                                           |
    | relative       | to where it should, without scheme and host                                      |
    | abroad         | to another `host`                                                                |

    On the last page, which has none, it leads nowhere else by `past_one`, `nowhere` and `relative`.
    """

    leads: Literal["here", "to_the_first", "past_one", "nowhere", "without_cursor", "relative", "abroad"]
    host: str = "api.example.com"


Action = Status | Delay | Hang | Cut | Late | Truncate | Html | Redirect | Oversize | Mangle | Edits | Shift | NextPage

ACTIONS: Mapping[str, type[Action]] = {
    "status": Status,
    "delay": Delay,
    "hang": Hang,
    "cut": Cut,
    "late": Late,
    "truncate": Truncate,
    "html": Html,
    "redirect": Redirect,
    "oversize": Oversize,
    "mangle": Mangle,
    "edit": Edits,
    "shift": Shift,
    "next_page": NextPage,
}
