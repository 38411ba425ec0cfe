"""Steers a sandbox over its control API, in this process or in another one on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

import requests

from reconciler.sandbox.archive.control import ArchiveControl
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exports.control import ExportControl
from reconciler.sandbox.journal import Effect, Recorded
from reconciler.sandbox.strategies.control import StrategyControl
from reconciler.sandbox.webhooks.control import WebhookControl

Json = dict[str, Any]


class Control(ExportControl, StrategyControl, WebhookControl, ArchiveControl):
    """Every method speaks to the sandbox at `url` and raises SandboxError with its reason where that says no."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy has no business between a test and its sandbox

    # What happened.

    def requests(self, method: str | None = None, path: str | None = None) -> list[Recorded]:
        """All requests in the order of their arrival, or those of one method, or to one path."""
        found = [Recorded(**{**each, "faults": tuple(each["faults"])}) for each in self._list("requests")]
        return [each for each in found if method in (None, each.method) and path in (None, each.path)]

    def effects(self, collection: str | None = None, *, by: str | None = None) -> list[Effect]:
        """All effects in order, or those on one collection, or by one client (`colleague` for a colleague)."""
        found = [Effect(**each) for each in self._list("effects")]
        return [each for each in found if collection in (None, each.collection) and by in (None, each.by)]

    def forget(self) -> None:
        """Empty the lists of requests and effects; order numbers go on."""
        self._call("DELETE", "journal")

    # What goes wrong.

    def fault(
        self,
        route: str,
        action: str,
        *,
        query: Mapping[str, str | int | None] | None = None,
        skip: int = 0,
        times: int | None = 1,
        **parameters: Any,
    ) -> str:
        """Script one fault and get its id; `parameters` are those of the action (see `fault_actions`)."""
        common = {"route": route, "action": action, "query": dict(query or {}), "skip": skip, "times": times}
        return str(self.add_faults([common | parameters])[0]["id"])

    def add_faults(self, faults: Sequence[Mapping[str, Any]]) -> list[Json]:
        """Script several, written as in a fault file: all of them or none."""
        return cast("list[Json]", self._call("POST", "faults", list(faults))["faults"])

    def faults(self) -> list[Json]:
        """Each as it was written, with `id`, `seen` and `remaining` (None: without end)."""
        return self._list("faults")

    def clear_faults(self, fault_id: str | None = None) -> None:
        self._call("DELETE", "faults" if fault_id is None else f"faults?id={quote(fault_id)}")

    # What a colleague does.

    def create(self, collection: str, body: Mapping[str, Any], *, at: int | None = None, force: bool = False) -> Json:
        """`at`: the position in lists, at the end by default. `force`: without the platform's rules, here and below."""
        return self._edit(operation="create", collection=collection, body=body, at=at, force=force)

    def edit(self, collection: str, target: str, patch: Mapping[str, Any], *, force: bool = False) -> Json:
        """Apply a JSON merge patch to the object of that id or name; answers it as it is then."""
        return self._edit(operation="patch", collection=collection, target=target, body=patch, force=force)

    def replace(self, collection: str, target: str, body: Mapping[str, Any], *, force: bool = False) -> Json:
        return self._edit(operation="replace", collection=collection, target=target, body=body, force=force)

    def delete(self, collection: str, target: str, *, force: bool = False) -> Json:
        """Answers the object as it was."""
        return self._edit(operation="delete", collection=collection, target=target, force=force)

    def use(self, collection: str, target: str, user: str) -> Json:
        """From now on `user` (a worktype, a decision table) uses this schema, which forbids to delete it."""
        return self._edit(operation="use", collection=collection, target=target, user=user)

    def release(self, collection: str, target: str) -> Json:
        """Nothing uses this schema any more."""
        return self._edit(operation="release", collection=collection, target=target)

    def put_records(self, schema: str, records: Iterable[Mapping[str, Any]]) -> int:
        """Replace a schema's records by these values; answers their number."""
        return int(self._call("PUT", f"records/{quote(schema, safe='')}", list(records))["count"])

    def records(self, schema: str) -> list[Json]:
        return self._list("records", f"/{quote(schema, safe='')}")

    # What is.

    def objects(self, collection: str) -> list[Json]:
        """The truth, whatever readers are shown; `version` is there even where the organisation hides it."""
        return self._list("objects", f"/{quote(collection, safe='')}")

    def find(self, collection: str, target: str) -> Json:
        """The one of that id or name."""
        for each in (found := self.objects(collection)):
            if each["id"] == target:
                return each
        for each in found:
            if _name_of(each) == target:
                return each
        raise SandboxError("No such object", f"nothing has the id or the name {target!r}", where=collection)

    def state(self) -> Json:
        return self._call("GET", "state")

    def load(self, state: Mapping[str, Any]) -> None:
        """Another state; faults, journal, clock and tokens stay."""
        self._call("PUT", "state", state)

    def reset(self) -> None:
        """Everything as it was at the start, tokens included."""
        self._call("POST", "reset")

    def rest(self) -> None:
        """Wait until every request sent before has had its effect, those of a process that was killed included."""
        self._call("POST", "rest")

    def settings(self, **changes: Any) -> Json:
        """The settings, after changing those named."""
        return self._call("PATCH", "settings", changes) if changes else self._call("GET", "settings")

    def revoke_tokens(self) -> int:
        """Every token is worthless from now on; answers how many there were."""
        return int(self._call("DELETE", "tokens")["revoked"])

    # Time.

    def now(self) -> str:
        return str(self._call("GET", "clock")["now"])

    def advance(self, seconds: float) -> str:
        """Move the clock forward; answers the time it then is."""
        return str(self._call("PATCH", "clock", {"advance": seconds})["now"])

    def freeze(self, instant: str | None = None) -> str:
        return str(self._call("PATCH", "clock", {"frozen": True} if instant is None else {"now": instant})["now"])

    def run_clock(self) -> str:
        """Go on with the machine's pace."""
        return str(self._call("PATCH", "clock", {"frozen": False})["now"])

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Control:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _edit(self, **edit: Any) -> Json:
        return self._call("POST", "edits", edit)

    def _list(self, name: str, rest: str = "") -> list[Json]:
        return cast("list[Json]", self._call("GET", name + rest)[name])

    def _call(self, method: str, path: str, content: object = None) -> Json:
        url = f"{self.url}/__sandbox/{path}"
        try:
            answer = self._session.request(method, url, json=content, timeout=30)
            body = answer.json()
        except requests.RequestException as unreachable:
            raise SandboxError("The sandbox does not answer", str(unreachable), where=f"{method} {url}") from None
        if answer.status_code != 200:
            where = f"{method} {path}: {body['where']}" if body.get("where") else f"{method} {path}"
            raise SandboxError(body["summary"], body["detail"], where=where)
        return cast("Json", body)


def _name_of(body: Json) -> object:
    """A data schema goes by its title: not every base shows a name."""
    return body["jsonSchema"]["title"] if "jsonSchema" in body else body.get("name")
