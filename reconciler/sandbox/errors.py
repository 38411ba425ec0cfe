"""What goes wrong for whoever starts or steers the sandbox; never what the organisation answers its clients."""

from __future__ import annotations


class SandboxError(Exception):
    """The sandbox was asked for something it cannot do.

    `summary` is short and constant, `detail` says what is wrong and why it matters, `where` is a file, a path inside
    it, or a control route.
    """

    def __init__(self, summary: str, detail: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {summary}: {detail}" if where else f"{summary}: {detail}")
        self.summary = summary
        self.detail = detail
        self.where = where
