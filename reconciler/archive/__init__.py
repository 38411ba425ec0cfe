"""Archives at an endpoint of the user's own, notifications, and copies in files.

Nothing of the organisation's goes there: no token, no address, no header."""

from reconciler.archive.backups import Backups
from reconciler.archive.outbox import UserOutbox
from reconciler.archive.posting import Poster

__all__ = ["Backups", "Poster", "UserOutbox"]
