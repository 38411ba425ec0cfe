"""A GitHub of our own, over real HTTP: as little of it as the workflows use, and strict about how it is asked.

Written from docs.github.com/rest (version 2022-11-28). It keeps what was asked, and hands artefacts out through another
host, as GitHub does: whoever brings the token there is remembered.
"""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

TOKEN: Final = "ghs_the-jobs-own-token"
REPOSITORY: Final = "acme/estate"
BOT: Final = "github-actions[bot]"
PLAN: Final = ".github/workflows/reconcile-plan.yml"

Json = dict[str, Any]


@dataclass
class FakeGitHub:
    """Its state is plain: tests write it, and read what became of it."""

    url: str = ""
    store: str = ""
    comments: dict[int, list[Json]] = field(default_factory=dict)
    issues: list[Json] = field(default_factory=list)
    pulls: dict[int, Json] = field(default_factory=dict)
    reviews: dict[int, list[Json]] = field(default_factory=dict)
    permissions: dict[str, str] = field(default_factory=lambda: {"ann": "admin", "bob": "write", "reader": "read"})
    commits: list[str] = field(default_factory=list)
    runs: list[Json] = field(default_factory=list)
    artefacts: list[Json] = field(default_factory=list)
    archives: dict[int, bytes] = field(default_factory=dict)
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))

    # What a test makes happen.

    def merge(self, number: int, *, head: str, commit: str, author: str = "ann", branch: str = "main") -> None:
        self.commits.append(commit)
        self.pulls[number] = {
            "number": number, "merged_at": "2026-11-01T00:00:00Z", "merge_commit_sha": commit,
            "base": {"ref": branch}, "head": {"sha": head}, "user": {"login": author},
        }  # fmt: skip

    def review(self, number: int, *, commit: str, by: str = "bob", state: str = "APPROVED") -> None:
        self.reviews.setdefault(number, []).append({"state": state, "commit_id": commit, "user": {"login": by}})

    def planned(self, head: str, files: dict[str, bytes], *, name: str = "plan-default", **members: Any) -> int:
        """A run of the plan workflow with its artefact; members change the run."""
        run = self.started(PLAN, "pull_request", head_sha=head)
        run |= {"status": "completed", "conclusion": "success"} | members
        self.upload(run, name, files)
        return int(run["id"])

    def started(self, path: str, event: str, **members: Any) -> Json:
        """A run under way, of this repository unless members say otherwise."""
        run = {
            "id": next(self.numbers), "run_number": len(self.runs) + 1, "run_attempt": 1, "path": path, "event": event,
            "status": "in_progress", "conclusion": None, "head_repository": {"full_name": REPOSITORY},
        } | members  # fmt: skip
        self.runs.append(run)
        return run

    def files_of(self, run: int, name: str) -> dict[str, bytes]:
        """What a run has uploaded under a name, last."""
        number = max(each["id"] for each in self.artefacts if (each["workflow_run"]["id"], each["name"]) == (run, name))
        with zipfile.ZipFile(io.BytesIO(self.archives[number])) as archive:
            return {file: archive.read(file) for file in archive.namelist()}

    def upload(self, run: Json, name: str, files: dict[str, bytes], **members: Any) -> int:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, content in files.items():
                archive.writestr(file, content)
        number = next(self.numbers)
        self.archives[number] = packed.getvalue()
        self.artefacts.append(
            {
                "id": number,
                "name": name,
                "expired": False,
                "workflow_run": {"id": run["id"], "head_sha": run["head_sha"]},
            }
            | members
        )
        return number

    # What it answers.

    def answer(self, method: str, path: str, query: dict[str, str], body: Json) -> tuple[int, Any]:
        for pattern, handler in self._routes().items():
            verb, _, template = pattern.partition(" ")
            found = re.fullmatch(template.replace("{n}", r"(\d+)").replace("{s}", r"([^/]+)"), path)
            if verb == method and found:
                return handler(query, body, *found.groups())
        return 404, {"message": "Not Found"}

    def _routes(self) -> dict[str, Callable[..., tuple[int, Any]]]:
        return {
            "GET issues/{n}/comments": lambda q, _b, n: (200, _page(self.comments.get(int(n), []), q)),
            "POST issues/{n}/comments": lambda _q, b, n: (201, self._comment(int(n), b)),
            "PATCH issues/comments/{n}": lambda _q, b, n: self._edit(int(n), b),
            "GET issues": lambda q, _b: (200, _page(self._open(q), q)),
            "POST issues": lambda _q, b: (201, self._issue(b)),
            "PATCH issues/{n}": lambda _q, b, n: (200, _changed(self.issues[int(n) - 1], b)),
            "GET compare/{s}": self._compare,
            "GET commits/{s}/pulls": lambda q, _b, s: (200, _page(self._pulls(s), q)),
            "GET pulls/{n}/reviews": lambda q, _b, n: (200, _page(self.reviews.get(int(n), []), q)),
            "GET collaborators/{s}/permission": self._permission,
            "GET actions/runs": lambda q, _b: (200, {"workflow_runs": _page(self._runs(q), q)}),
            "GET actions/runs/{n}/artifacts": lambda q, _b, n: (
                200,
                {"artifacts": _page(self._artefacts(int(n), q), q)},
            ),
            "GET actions/artifacts/{n}/zip": lambda _q, _b, n: (302, f"{self.store}/blob/{n}?sig=presigned"),
        }

    def _permission(self, _query: dict[str, str], _body: Json, login: str) -> tuple[int, Any]:
        if login not in self.permissions:
            return 404, {"message": f"{login} is not a user"}
        return 200, {"permission": self.permissions[login]}

    def _comment(self, number: int, body: Json) -> Json:
        made = {"id": next(self.numbers), "body": body["body"], "user": {"login": BOT}, "html_url": f"{self.url}/c"}
        self.comments.setdefault(number, []).append(made)
        return made

    def _edit(self, number: int, body: Json) -> tuple[int, Any]:
        for each in (each for listed in self.comments.values() for each in listed):
            if each["id"] == number:
                return 200, _changed(each, body)
        return 404, {"message": "Not Found"}

    def _open(self, query: dict[str, str]) -> list[Json]:
        return [
            each
            for each in self.issues
            if each["state"] == query["state"] and each["user"]["login"] == query.get("creator", each["user"]["login"])
        ]

    def _issue(self, body: Json) -> Json:
        made = {
            **body,
            "number": len(self.issues) + 1,
            "state": "open",
            "user": {"login": BOT},
            "html_url": f"{self.url}/i",
        }
        self.issues.append(made)
        return made

    def _compare(self, query: dict[str, str], _body: Json, span: str) -> tuple[int, Any]:
        before, _, after = span.partition("...")
        if before not in self.commits or after not in self.commits:
            return 404, {"message": "Not Found"}
        first, last = self.commits.index(before), self.commits.index(after)
        status = "identical" if first == last else "ahead" if first < last else "behind"
        commits = [{"sha": sha} for sha in self.commits[first + 1 : last + 1]]
        return 200, {"status": status, "commits": _page(commits, query)}

    def _pulls(self, sha: str) -> list[Json]:
        return [each for each in self.pulls.values() if each["merge_commit_sha"] == sha]

    def _runs(self, query: dict[str, str]) -> list[Json]:
        return [
            each
            for each in self.runs
            if query.get("head_sha", each["head_sha"]) == each["head_sha"]
            if query.get("event", each["event"]) == each["event"]
            if query.get("branch", each.get("head_branch")) == each.get("head_branch")
            if query["status"] in (each["status"], each["conclusion"])
        ]

    def _artefacts(self, run: int, query: dict[str, str]) -> list[Json]:
        named = [each for each in self.artefacts if each["name"] == query["name"]]
        return _page([each for each in named if each["workflow_run"]["id"] == run], query)


def _page(found: list[Json], query: dict[str, str]) -> list[Json]:
    size, number = int(query.get("per_page", "30")), int(query.get("page", "1"))
    assert size <= 100
    return found[(number - 1) * size : number * size]


def _changed(found: Json, body: Json) -> Json:
    found.update(body)
    return found


class Api(BaseHTTPRequestHandler):
    """The API's host."""

    disable_nagle_algorithm = True

    protocol_version = "HTTP/1.1"
    fake: FakeGitHub

    def handle_one(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        parts = urlsplit(self.path)
        self.fake.asked.append(f"{self.command} {parts.path}")
        if self.fake.refusals:
            status, headers = self.fake.refusals.pop(0)
            return self.reply(status, {"message": "refused"}, headers)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.reply(401, {"message": "Bad credentials"})
        if self.headers.get("X-GitHub-Api-Version") != "2022-11-28" or not self.headers.get("User-Agent"):
            return self.reply(400, {"message": "no version or agent"})
        prefix = f"/repos/{REPOSITORY}/"
        if not parts.path.startswith(prefix):
            return self.reply(404, {"message": "Not Found"})
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        status, answer = self.fake.answer(self.command, parts.path.removeprefix(prefix), query, body)
        if status == 302:
            return self.reply(302, None, {"Location": answer})
        return self.reply(status, answer)

    do_GET = do_POST = do_PATCH = handle_one  # noqa: N815

    def reply(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


class Store(Api):
    """Where artefacts are kept."""

    def do_GET(self) -> None:
        if self.headers.get("Authorization") or TOKEN in self.path:
            self.fake.leaked.append(self.path)
        number = int(urlsplit(self.path).path.rsplit("/", 1)[-1])
        content = self.fake.archives[number]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving() -> Iterator[FakeGitHub]:
    fake = FakeGitHub()
    handlers = [type(cls.__name__, (cls,), {"fake": fake}) for cls in (Api, Store)]
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for handler in handlers]
    fake.url, fake.store = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield fake
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
