"""Comments and issues that are found again by their hidden first line, and changed in place.

Only our own: what another account wrote is never taken for ours, whatever its first line is.
"""

from __future__ import annotations

from typing import Any, Final

from reconciler.errors import UsageError
from reconciler.forge.client import GitHub

BOT: Final = "github-actions[bot]"
"""Whose comments `GITHUB_TOKEN` makes."""
LONGEST: Final = 65_536


def put_comment(github: GitHub, number: int, body: str, *, author: str) -> str:
    """Write a comment on a pull request or issue, over the one with the same marker. Answers its address."""
    marker = _marker(body)
    ours = [each for each in github.pages(f"issues/{number}/comments") if _is_ours(each, marker, author)]
    if ours:
        return str(github.send("PATCH", f"issues/comments/{int(ours[0]['id'])}", {"body": body})["html_url"])
    return str(github.send("POST", f"issues/{number}/comments", {"body": body})["html_url"])


def put_issue(github: GitHub, title: str, body: str, *, author: str) -> str:
    """Open an issue, or change the open one with the same marker. Answers its address."""
    found = _open_issue(github, _marker(body), author)
    if found is None:
        return str(github.send("POST", "issues", {"title": title, "body": body})["html_url"])
    if found["title"] == title and found.get("body") == body:
        return str(found["html_url"])
    return str(github.send("PATCH", f"issues/{int(found['number'])}", {"title": title, "body": body})["html_url"])


def close_issue(github: GitHub, body: str, *, author: str) -> str:
    """Close the open issue with this marker, saying why. Empty where there is none."""
    found = _open_issue(github, _marker(body), author)
    if found is None:
        return ""
    number = int(found["number"])
    github.send("POST", f"issues/{number}/comments", {"body": body.partition("\n")[2].strip() or "It is over."})
    return str(github.send("PATCH", f"issues/{number}", {"state": "closed"})["html_url"])


def _open_issue(github: GitHub, marker: str, author: str) -> Any:
    listed = github.pages("issues", state="open", creator=author)
    return next((each for each in listed if "pull_request" not in each and _is_ours(each, marker, author)), None)


def _is_ours(found: Any, marker: str, author: str) -> bool:
    return (found.get("user") or {}).get("login") == author and _first_line(found.get("body") or "") == marker


def _marker(body: str) -> str:
    marker = _first_line(body)
    if not (marker.startswith("<!-- reconciler:") and marker.endswith(" -->")):
        detail = "Its first line is no marker like <!-- reconciler:plan:production -->."
        raise UsageError("The text cannot be found again", detail=detail, hint="Make it with --output markdown=FILE.")
    if len(body) > LONGEST:
        raise UsageError("The text is too long", detail=f"GitHub takes {LONGEST:,} characters.")
    return marker


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip()
