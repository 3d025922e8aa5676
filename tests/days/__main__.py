"""`make days`: many drawn histories of exported days."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.days.history import BrokenError, DaysHistory

_CHUNK = 20


def lived(seeds: Sequence[int]) -> list[str]:
    """What was not true in these histories."""
    broken = []
    for seed in seeds:
        try:
            DaysHistory(seed).live()
        except BrokenError as error:
            broken.append(f"seed {seed}: {error} {error.__cause__ or ''}")
    return broken


def main(arguments: Sequence[str]) -> int:
    """Live the histories; 1 when anything was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.days", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many histories")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    seeds = range(options.first, options.first + options.seeds)
    chunks = [seeds[at : at + _CHUNK] for at in range(0, len(seeds), _CHUNK)]
    broken: list[str] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for found in pool.map(lived, chunks):
            broken += found
    seconds = time.perf_counter() - started
    sys.stdout.write("".join(f"{line}\n" for line in broken[:20]))
    sys.stdout.write(f"{len(seeds)} histories, {len(broken)} broken, {seconds:.0f} s\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
