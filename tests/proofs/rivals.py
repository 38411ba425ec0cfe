"""Two ledgers and a human at one schema, and a referee who watches every apply.

The referee knows nothing of how merging works. It takes an object apart into leaves and holds four pictures against
each other: what a plan's reader saw (`before`), what the plan says (`after`), what was there when the apply came
(`met`), and what it left behind (`left`).
"""

from __future__ import annotations

import copy
import shutil
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from reconciler.model.address import Address
from reconciler.sandbox import Control

from .desk import Desk, Json, Ran, removed, schema

NAME = "case"
ADDRESS = f"FlexSchema/{NAME}"
PUT = "PUT /api/v2/data/flex/schemas/*"
OPTIONS = ("x", "y", "z")
TYPES = ("string", "number", "date")

Leaves = dict[tuple[str, ...], Any]
Fields = dict[str, Json]
Edit = tuple[Any, ...]
"""("set", field, member, value) · ("option+" | "option-", field, option) · ("drop", field) · ("describe", text) ·
("delete",)"""


# Objects as the human and the manifests change them: {"description": ..., "fields": {name: {...}}}, None = none.


def edited(thing: Json | None, edit: Edit) -> Json | None:
    """The thing after an edit; what makes no sense changes nothing, and editing what is not there makes it."""
    after = copy.deepcopy(thing) if thing is not None else {"fields": {}}
    fields: Fields = after["fields"]
    match edit:
        case ("set", name, member, value):
            fields.setdefault(name, {"type": "string", "required": False})[member] = value
        case ("option+", name, option) if name in fields:
            fields[name]["options"] = sorted({*fields[name].get("options", ()), option})
        case ("option-", name, option) if option in fields.get(name, {}).get("options", ()):
            fields[name]["options"] = [each for each in fields[name]["options"] if each != option]
            if not fields[name]["options"]:
                del fields[name]["options"]
        case ("drop", name) if name in fields:
            del fields[name]
        case ("describe", text):
            after["description"] = text
        case ("delete",):
            return None
        case _:
            return thing
    return after


def listed(fields: Fields) -> list[Json]:
    return [{"name": name, **members} for name, members in fields.items()]


def unlisted(fields: list[Json]) -> Fields:
    return {each["name"]: {name: value for name, value in each.items() if name != "name"} for each in fields}


def seen(control: Control) -> Json | None:
    """The object as it truly is."""
    found = [each for each in control.objects("flex_schemas") if each["name"] == NAME]
    return {**found[0], "fields": unlisted(found[0]["fields"])} if found else None


def act(control: Control, edit: Edit) -> None:
    """The human makes an edit."""
    before = seen(control)
    after = edited(before, edit)
    if after == before:
        return
    if after is None:
        control.delete("flex_schemas", NAME)
    elif before is None:
        control.create("flex_schemas", {"name": NAME, "description": "", "fields": listed(after["fields"])})
    else:
        control.edit("flex_schemas", NAME, _patch(after))


def _patch(after: Json) -> Json:
    return {"fields": listed(after["fields"]), "description": after.get("description", "")}


def lie_in_wait(control: Control, edit: Edit) -> Json | None:
    """The human makes an edit at the moment of the next PUT, after whatever was read before it. Returns the object as
    it will be then."""
    before = seen(control)
    after = edited(before, edit)
    if before is None or after == before:
        return before
    how = {"operation": "delete"} if after is None else {"operation": "patch", "body": _patch(after)}
    control.fault(PUT, "edit", edits=[{"collection": "flex_schemas", **how}])
    return after


# Leaves.


def leaves(thing: Json | None) -> Leaves:
    """An object taken apart: one leaf for each scalar, each option, and each field's being there."""
    if thing is None:
        return {}
    fields = thing["fields"] if isinstance(thing["fields"], dict) else unlisted(thing["fields"])
    found: Leaves = {(): True}
    if thing.get("description"):
        found["description",] = thing["description"]
    for name, members in fields.items():
        found["fields", name] = True
        for member in ("type", "required"):
            found["fields", name, member] = members.get(member, False)
        for option in members.get("options") or ():
            found["fields", name, "options", f'"{option}"'] = True  # spelled as plans spell an element of a set
    return found


def changed(before: Leaves, after: Leaves) -> set[tuple[str, ...]]:
    return {leaf for leaf in {*before, *after} if before.get(leaf) != after.get(leaf)}


def whole_fields(these: Leaves) -> dict[str, Leaves]:
    names = {leaf[1] for leaf in these if leaf[:1] == ("fields",)}
    return {name: {leaf: value for leaf, value in these.items() if leaf[1:2] == (name,)} for name in names}


# Players.


@dataclass
class Player:
    """One ledger with its manifests."""

    desk: Desk
    stated: Json | None
    planned: Ran | None = None
    recorded: Leaves = field(default_factory=dict)
    desired: Leaves = field(default_factory=dict)
    drift: str = "revert"

    def save(self) -> None:
        if self.stated is None:
            self.desk.write(removed(ADDRESS))
            return
        described = {"description": self.stated["description"]} if self.stated.get("description") else {}
        manifest = schema(NAME, *listed(self.stated["fields"]), lifecycle={"adopt": True, "acknowledge": accepted()})
        manifest["spec"] = described | {"fields": manifest["spec"]["fields"]}
        self.desk.write(manifest)

    def edit(self, edit: Edit) -> None:
        self.stated = edited(self.stated, edit)
        self.save()

    def plan(self, drift: str = "revert") -> Ran:
        row = self.desk.rows().get(Address("FlexSchema", NAME)) if self.desk.ledger.exists() else None
        self.recorded = leaves(dict(row.declared)) if row else {}
        self.desired = leaves(self.stated)
        self.drift = drift
        self.planned = self.desk.plan("--drift", drift)
        assert self.planned.code in (0, 3), self.planned
        return self.planned


def accepted() -> list[Json]:
    """Acknowledgements of every removal: this is about whose edit is lost, not about data."""
    said = {"reason": "r", "by": "a.smith", "expires": "2099-12-31"}
    names = [*NAMES["a"], *NAMES["b"], *SHARED, *NAMES["human"]]
    gone = [{"code": "FS101", "path": f"fields.{name}", "removes": [name], **said} for name in names]
    options = [{"code": "FS106", "path": f"fields.{name}.options", "removes": list(OPTIONS), **said} for name in names]
    return gone + options


NAMES = {"a": ("a1", "a2"), "b": ("b1", "b2"), "human": ("h1", "h2")}
SHARED = ("s1",)


# The referee.

Verdict = Literal["nothing", "blocked", "written", "merged", "conflict", "refused"]


@dataclass
class Referee:
    """Applies a player's plan and judges what that did to the object."""

    control: Control
    tally: Counter[Verdict] = field(default_factory=Counter)

    def apply(self, player: Player, *, waiting: Edit | None = None) -> Verdict:
        """`waiting` is an edit that the human makes at the moment of the PUT."""
        verdict = self._apply(player, waiting)
        self.tally[verdict] += 1
        return verdict

    def _apply(self, player: Player, waiting: Edit | None) -> Verdict:
        planned = player.planned
        assert planned is not None
        if planned.code == 3:
            return "blocked"
        if not planned.changes:
            return "nothing"
        met = seen(self.control)
        met_then = met
        change = planned.changes[0]
        is_there = met is not None and met["id"] == change["live_id"]
        if waiting is not None and is_there and change["action"] in ("update", "adopt"):
            met_then = lie_in_wait(self.control, waiting)
        applied = player.desk.apply_saved("--seal", planned.document["seal"])
        struck = not any(each["remaining"] for each in self.control.faults())
        self.control.clear_faults()
        return judge(player, change, applied, met_then if struck else met, seen(self.control))


def judge(player: Player, change: Json, applied: Ran, met_whole: Json | None, left_whole: Json | None) -> Verdict:
    before, after, met, left = (leaves(each) for each in (change["before"], change["after"], met_whole, left_whole))
    story = f"{change['action']}\nbefore {before}\nafter {after}\nmet {met}\nleft {left}\n{applied}"
    _check_nothing_unshown_was_overwritten(change, before, after, met, left, story)
    _check_nothing_foreign_was_lost(player, met, left, story)
    if player.drift == "keep" and change["action"] == "update":  # an adopted object is not the one that was recorded
        _check_no_edit_was_overridden(player, before, after, story)
    if not change["writes"]:
        assert applied.code == 0, story
        return "nothing"
    if not before:
        assert (applied.code, left) == ((1, met) if met else (0, after)), story
        return "refused" if met else "written"
    is_gone = met_whole is None or met_whole["id"] != change["live_id"]
    if not after:
        untouched = (
            before == met if change["version"] is None else not is_gone and _version(met_whole) == change["version"]
        )
        return _judge_deletion(applied, met, left, story, untouched=untouched, is_gone=is_gone)
    if is_gone or overlap(before, after, met):
        assert applied.code == 4, story
        assert left == met, story
        result = applied.document["results"][0]
        assert result["outcome"] == "conflict", story
        assert is_gone or result["overlaps"], story
        return "conflict"
    assert applied.code == 0, story
    expected = {leaf: value for leaf, value in met.items() if leaf not in changed(before, after)}
    expected |= {leaf: after[leaf] for leaf in changed(before, after) if leaf in after}
    assert left == expected, story
    return "written" if before == met else "merged"


def _version(thing: Json | None) -> int | None:
    return thing["version"] if thing else None


def _judge_deletion(applied: Ran, met: Leaves, left: Leaves, story: str, *, untouched: bool, is_gone: bool) -> Verdict:
    """A deletion is never merged: any edit since stops it, where there are versions even one that was taken back."""
    if is_gone:
        assert (applied.code, left) == (0, met), story
        return "nothing"
    assert (applied.code, left) == ((0, {}) if untouched else (4, met)), story
    return "written" if untouched else "conflict"


def _check_nothing_unshown_was_overwritten(
    change: Json, before: Leaves, after: Leaves, met: Leaves, left: Leaves, story: str
) -> None:
    """Whatever an apply changes, the plan's reader saw as it was, and the plan says so."""
    shown = [tuple(part["path"].split(".")) for part in change["fields"]]
    for leaf in changed(met, left):
        assert met.get(leaf) == before.get(leaf), f"{leaf} was overwritten unseen\n{story}"
        assert left.get(leaf) == after.get(leaf), f"{leaf} is not as planned\n{story}"
        whole = not before or not after
        assert whole or any(leaf[: len(path)] == path for path in shown), f"{leaf} was not shown {shown}\n{story}"


def _check_nothing_foreign_was_lost(player: Player, met: Leaves, left: Leaves, story: str) -> None:
    """Fields that are nobody's but theirs, and options of theirs in fields that stay."""
    if not left:
        return  # the whole object was deleted: another check sees to it that nobody had changed it since
    owned = {*whole_fields(player.recorded), *whole_fields(player.desired)}
    for name, theirs in whole_fields(met).items():
        assert name in owned or whole_fields(left).get(name) == theirs, f"{name} was lost\n{story}"
        for leaf in theirs if name in whole_fields(left) else ():
            ours = leaf[2:3] != ("options",) or leaf in player.recorded or leaf in player.desired
            assert ours or leaf in left, f"{leaf} was lost\n{story}"


def _check_no_edit_was_overridden(player: Player, before: Leaves, after: Leaves, story: str) -> None:
    """With --drift keep: what somebody changed behind our back is not planned to be changed, short of a deletion."""
    for leaf in changed(before, after):
        assert player.recorded.get(leaf) == before.get(leaf), f"{leaf} is somebody's edit\n{story}"


def overlap(before: Leaves, after: Leaves, met: Leaves) -> bool:
    """Whether what the plan changes and what was changed since contradict each other."""
    if any(after.get(leaf) != met.get(leaf) for leaf in changed(before, after) & changed(before, met)):
        return True
    base, ours, theirs = whole_fields(before), whole_fields(after), whole_fields(met)
    return any(_deletion_meets_edit(base[name], ours.get(name), theirs.get(name)) for name in base)


def _deletion_meets_edit(base: Leaves, ours: Leaves | None, theirs: Leaves | None) -> bool:
    """Whether one side removed a field that the other one changed."""
    if (ours is None) == (theirs is None):
        return False
    return base != (theirs if ours is None else ours)


@dataclass
class Arena:
    """The organisation and both players, set up once; every game starts from the same beginning."""

    control: Control
    players: dict[str, Player]
    state: Json

    def game(self) -> tuple[dict[str, Player], Referee]:
        self.control.clear_faults()
        self.control.load(self.state)
        self.control.forget()
        return {name: self._anew(player) for name, player in self.players.items()}, Referee(self.control)

    def _anew(self, player: Player) -> Player:
        root = player.desk.root.with_name(f"{player.desk.root.name}-game")
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(player.desk.root, root)
        return Player(Desk(root, player.desk.sandbox), copy.deepcopy(player.stated))
