"""Secrets that came where they do not belong: the organisation's at the user's host, the user's at the organisation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.oauth import basic_credentials
from reconciler.sandbox.organisation import Organisation

_SEPARATORS = re.compile(r'[\s"=&,;:]+')


@dataclass(frozen=True, slots=True)
class Stray:
    """`host` got `secret` in its request of that number; `place` is a header's name, `query` or `body`."""

    host: str
    number: int
    secret: str
    place: str


def strays(organisation: Organisation) -> Iterator[Stray]:
    """In the order of hosts and requests; every token ever issued counts, expired and revoked ones too."""
    tokens = dict.fromkeys(organisation.tokens.issued, "access token")
    own = organisation.settings.archive_credential
    credentials = {} if own is None else {own: "archive credential"}
    for entry in organisation.user_journal.requests:
        yield from _found("user", entry.exchange, tokens)
        given = basic_credentials(entry.exchange.headers.get("authorization", ""))
        if given is not None and given[1] in {client.secret for client in organisation.clients.values()}:
            yield Stray("user", entry.exchange.number, "client secret", "authorization")
    for host, journal in (("organisation", organisation.journal), ("files", organisation.file_journal)):
        for entry in journal.requests:
            yield from _found(host, entry.exchange, credentials)


def _found(host: str, exchange: Exchange, secrets: Mapping[str, str]) -> Iterator[Stray]:
    """Secrets that are words of their own: in a header, in the query, in JSON."""
    body = exchange.body.decode(errors="replace")
    for place, text in (*exchange.headers.items(), ("query", exchange.query_string), ("body", body)):
        for secret in secrets.keys() & {*text.split(), *_SEPARATORS.split(text)}:
            yield Stray(host, exchange.number, secrets[secret], place)
