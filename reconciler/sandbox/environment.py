"""The environment that points a client at a sandbox; a module of its own so that nothing heavy is loaded for it."""

from __future__ import annotations


def environment(url: str) -> dict[str, str]:
    """The lines to export: both hosts are this one, and the default client has every scope."""
    return {
        "RECONCILER_API_URL": url,
        "RECONCILER_LOGIN_URL": url,
        "GENESYSCLOUD_OAUTHCLIENT_ID": "sandbox",
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": "sandbox",
    }
