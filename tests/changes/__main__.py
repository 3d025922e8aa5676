"""`make changes`: many histories of a company that is followed while it changes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.changes.history import ChangesHistory, LostError


def lived(seeds: Sequence[int]) -> list[str]:
    """What was lost in these histories."""
    found = []
    for seed in seeds:
        try:
            ChangesHistory(seed).live()
        except LostError as exc:
            found.append(f"seed {seed}: {exc}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Live the histories; 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.changes", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many histories")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    seeds = range(options.first, options.first + options.seeds)
    chunks = [seeds[at : at + 25] for at in range(0, len(seeds), 25)]
    with ProcessPoolExecutor(options.jobs) as pool:
        lost = [line for part in pool.map(lived, chunks) for line in part]
    seconds = time.perf_counter() - started
    sys.stdout.write("".join(f"{line}\n" for line in lost[:20]))
    sys.stdout.write(f"{len(seeds)} histories, {len(lost)} with a loss, {seconds:.0f} s\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
