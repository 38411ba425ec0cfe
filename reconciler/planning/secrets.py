"""Secrets at planning: told apart by digests, and said to be missing where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.finding import Finding, Severity
from reconciler.model.hidden import secrets_in, with_digests
from reconciler.model.kind import Kind
from reconciler.model.manifest import Estate, Manifest
from reconciler.model.plan import Change
from reconciler.planning.situation import Situation


def variables_of(estate: Estate, kinds: Mapping[str, Kind]) -> frozenset[str]:
    """The environment variables that the manifests name."""
    return frozenset(
        secret["fromEnv"]
        for manifest in _holders(estate, kinds)
        for _, _, secret in secrets_in(kinds[manifest.address.kind].shape, manifest.normal)
    )


def with_known(estate: Estate, kinds: Mapping[str, Kind], digests: Mapping[str, str]) -> Estate:
    """The estate with the digests of the secrets that are there to see, by variable."""
    told = {manifest.address: _told(manifest, kinds, digests) for manifest in _holders(estate, kinds)}
    return replace(estate, manifests={**estate.manifests, **told}) if told else estate


def _holders(estate: Estate, kinds: Mapping[str, Kind]) -> Iterator[Manifest]:
    return (each for address, each in estate.manifests.items() if kinds[address.kind].shape.hiding)


def _told(manifest: Manifest, kinds: Mapping[str, Kind], digests: Mapping[str, str]) -> Manifest:
    shape = kinds[manifest.address.kind].shape
    known = {
        path: digests[secret["fromEnv"]]
        for path, _, secret in secrets_in(shape, manifest.normal)
        if secret["fromEnv"] in digests
    }
    return replace(manifest, normal=with_digests(shape, manifest.normal, known))


def unseen(situation: Situation, changes: Iterable[Change]) -> Iterator[Finding]:
    """Secrets that are not set here: what they are to be cannot be compared, and what holds them not be written."""
    written = {change.address for change in changes if change.writes and not change.action.ends}
    for address, manifest in sorted(situation.estate.manifests.items()) if situation.unset else ():
        if situation.choices.excludes(address):
            continue
        for path, _, secret in secrets_in(situation.kinds[address.kind].shape, manifest.normal):
            if secret["fromEnv"] in situation.unset:
                yield _unseen(address, path[:-1], secret["fromEnv"], address in written)


def _unseen(address: Address, path: tuple[str, ...], variable: str, is_written: bool) -> Finding:
    consequence = "apply refuses until it is" if is_written else "it is left as it was last sent"
    return Finding(
        "RC602",
        Severity.WARN if is_written else Severity.INFO,
        "A secret is not set here",
        address,
        path,
        detail=f"{variable} is not set, so whether the secret has changed could not be compared; {consequence}.",
    )
