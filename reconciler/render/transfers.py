"""How far the files of an export have come, in words."""

from __future__ import annotations

from reconciler.model.transfer import Transfer
from reconciler.render.wording import counted, duration, size


def transfer_text(transfer: Transfer) -> str:
    """`1.2 GB of 3.4 GB, 3 of 8 files, 12.3 MB/s, 2 min 5 s left`; what nobody knows is left out."""
    total = "" if transfer.total is None else f" of {size(transfer.total)}"
    said = [f"{size(transfer.bytes)}{total}", f"{transfer.files:,} of {counted(transfer.of_files, 'file')}"]
    if transfer.rate > 0:
        said.append(f"{size(round(transfer.rate))}/s")
    if transfer.remaining:
        said.append(f"{duration(max(1, round(transfer.remaining)))} left")
    return ", ".join(said)
