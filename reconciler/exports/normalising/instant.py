"""Times as exports write them, as UTC to the microsecond. A time that is no instant is malformed, never null."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_DATE = "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
"""Every date of a year but 29 February, about which one has to know the year."""

EXACT = rf"{_YEAR}-{_DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,6}})?(?:Z|[+-]00:?00)"
"""A time that its column says in full and that needs no further check, for Python's regular expressions and RE2. Nearly
all are."""

_is_exact = re.compile(EXACT).fullmatch
_ISO = re.compile(
    r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})[Tt ]([0-9]{2})(:?)([0-9]{2})(?:\6([0-9]{2})(?:[.,]([0-9]+))?)?"
    r"(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2})?)?"
)


def instant(text: str) -> tuple[str, bool]:
    """The same instant in UTC, and whether it says all that the text said.

    It does not where the text had another zone, none (then it was UTC: contract §6 knows no other), or more digits than
    microseconds: the caller keeps such a text. Takes RFC 3339 and ISO 8601 in its extended and basic form, date and
    time of day with at least the minute. Raises ValueError for anything else, and for an instant outside the years
    1 to 9999.
    """
    if _is_exact(text) is not None:
        return text, True
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError
    year, _, month, day, hour, _, minute, second, fraction, zulu, sign, hours, minutes = found.groups()
    digits = (fraction or "").rstrip("0")
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if int(minutes or 0) > 59:
        raise ValueError
    local = datetime(
        int(year),
        int(month),
        int(day),
        int(hour),
        int(minute),
        int(second or 0),
        int(digits[:6].ljust(6, "0")),
        timezone(-offset if sign == "-" else offset),
    )
    try:
        moment = local.astimezone(UTC)
    except OverflowError as reason:
        raise ValueError from reason
    is_utc = bool(zulu) or (sign is not None and not offset)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z", is_utc and len(digits) <= 6
