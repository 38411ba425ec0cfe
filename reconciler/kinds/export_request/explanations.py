"""What the codes of export requests mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.finding import Explanation

EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    "ER001": Explanation(
        "Data type that the entity does not have",
        "Every entity has its own data types; the organisation refuses others.",
        "Use one that the message lists, or another entityType.",
    ),
    "ER002": Explanation(
        "Window that cannot be",
        "A window has a start and a later end, each with a zone, or is a day, a month, or a number of days before one.",
        "Correct it. A window is never relative to today, so that the same manifest always asks for the same data.",
    ),
    "ER003": Explanation(
        "Window longer than the organisation allows",
        "Privacy exports cover at most 30 days, to the millisecond; a data export's limit is limits.dataExportDays of "
        "the project file.",
        "Write split: true, which makes consecutive requests without gap or overlap, or choose a shorter window.",
    ),
    "ER004": Explanation(
        "Callback that cannot be",
        "The organisation calls an http or https address. One with a user name or password in it would hand those to "
        "everybody who reads the manifests, and to the organisation.",
        "Write `callback: {service: https://...}` for our own service, whose token is made when it is sent, or "
        "`callback: {url: https://...}` for another.",
    ),
    "ER005": Explanation(
        "Export of data that no active purpose covers",
        "An export takes data out of the organisation, and is a processing of its own: it needs a purpose that is in "
        "force (GDPR Art. 5(1)(b)). `purposes` stays here: it is neither sent, nor does it make another request.",
        "Nothing blocks; write purposes: [NAME], and switch off no purpose that data is still taken for.",
    ),
}
