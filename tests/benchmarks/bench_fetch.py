"""How long fetching a file takes, hashed and on the disk, beside `curl -o FILE; sync; openssl dgst -sha256 FILE`.

    python -m tests.benchmarks.bench_fetch [--megabytes 1000] [--rounds 3] [--memory 100,5000]

The file is served over loopback by a process of its own that only calls `sendfile`. Prints; asserts nothing. Rounds
alternate, and the median of each side counts, since the disk is noisy. `--memory` measures peak memory at these sizes.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reconciler.commands.clock import SystemClock
from reconciler.exports.fetching import Manner, fetch
from reconciler.model.export import RemoteFile
from reconciler.model.secret import Secret

MEGABYTE = 1_000_000


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure fetching.")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="100,5000", help="sizes in megabytes, or nothing")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        room = Path(directory)
        _compare(room, options.megabytes, options.rounds)
        for megabytes in filter(None, options.memory.split(",")):
            with _served(room, int(megabytes)) as (url, sha256):
                seconds, peak = _ours(room, url, int(megabytes), sha256)
            print(f"{int(megabytes):6,} MB: peak memory {peak:.0f} MB, {int(megabytes) / seconds:.0f} MB/s")


def _compare(room: Path, megabytes: int, rounds: int) -> None:
    peers = [program for program in ("curl", "openssl") if shutil.which(program)]
    with _served(room, megabytes) as (url, sha256):
        ours, theirs = [], []
        for _ in range(rounds):
            os.sync()
            ours.append(_ours(room, url, megabytes, sha256)[0])
            if len(peers) == 2:
                os.sync()
                theirs.append(_theirs(room, url, sha256))
    print(f"{megabytes:,} MB, {rounds} rounds, seconds: {' '.join(f'{each:.2f}' for each in ours)}")
    print(f"ours  {statistics.median(ours):6.2f} s, {megabytes / statistics.median(ours):.0f} MB/s")
    if not theirs:
        print("curl and openssl are not both there: nothing to compare with")
        return
    print(f"peers {statistics.median(theirs):6.2f} s ({' '.join(f'{each:.2f}' for each in theirs)})")
    print(f"ratio {statistics.median(theirs) / statistics.median(ours):6.2f}")


def _theirs(room: Path, url: str, sha256: str) -> float:
    target = room / "theirs"
    begun = time.perf_counter()
    subprocess.run(["curl", "--silent", "--show-error", "--output", target, url], check=True)
    os.sync()
    digest = subprocess.run(["openssl", "dgst", "-sha256", target], check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    if sha256 not in digest.stdout:
        raise RuntimeError("openssl found another hash")
    target.unlink()
    return seconds


def _ours(room: Path, url: str, megabytes: int, sha256: str) -> tuple[float, float]:
    """Seconds, and peak memory in MB, of a process of its own; its start is not counted."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (str(room / "ours"), url, megabytes, sha256))


def _measure(folder: str, url: str, megabytes: int, sha256: str) -> tuple[float, float]:
    stop = threading.Event()
    remote = RemoteFile(Secret(url), 0, "bin", megabytes * MEGABYTE, sha256)
    begun = time.perf_counter()
    fetch(
        lambda: (remote,),
        Path(folder),
        export="benchmark",
        how=Manner(),
        clock=SystemClock(stop),
        emit=lambda event: None,
        stop=stop,
    )
    seconds = time.perf_counter() - begun
    shutil.rmtree(folder)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _served(room: Path, megabytes: int) -> Iterator[tuple[str, str]]:
    """Where such a file is to be had, and its hash."""
    source, block = room / "served", os.urandom(MEGABYTE)
    digest = hashlib.sha256()
    with source.open("wb") as file:
        for number in range(megabytes):
            part = number.to_bytes(8, "big") + block[8:]
            file.write(part)
            digest.update(part)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = multiprocessing.get_context("fork").Process(target=_serve, args=(listener, source), daemon=True)
        server.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/file", digest.hexdigest()
        server.kill()
        server.join()
    source.unlink()


def _serve(listener: socket.socket, source: Path) -> None:
    size = source.stat().st_size
    with source.open("rb") as file:
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n".encode())
                connection.sendfile(file)
                file.seek(0)


if __name__ == "__main__":
    sys.exit(main())
