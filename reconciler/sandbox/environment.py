"""Where a sandbox is, and the environment that points a client at it; nothing heavy is loaded for these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of the organisation, and of what a user has of his own beside it."""

    organisation: str
    archives: str
    notifications: str
    events: str

    @classmethod
    def at(cls, organisation: str, user: str) -> Addresses:
        """From the URLs of the two hosts."""
        return cls(organisation, f"{user}/archives", f"{user}/notifications", f"{user}/events")


def environment(url: str, archive_credential: str | None = None) -> dict[str, str]:
    """The lines to export: both hosts are this one, and the default client has every scope.

    The archive takes any credential, or the one that its settings want.
    """
    return {
        "RECONCILER_API_URL": url,
        "RECONCILER_LOGIN_URL": url,
        "GENESYSCLOUD_OAUTHCLIENT_ID": "sandbox",
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": "sandbox",
        "RECONCILER_SECRET_ARCHIVE": "sandbox-archive" if archive_credential is None else archive_credential,
    }
