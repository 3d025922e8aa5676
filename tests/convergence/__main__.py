"""`make convergence`: many histories of both sides; each must come to its owner's values."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.convergence.item_rig import TrespassError
from tests.convergence.items import HeardHistory, ItemHistory
from tests.convergence.stock import DivergedError, StockHistory


def lived(seeds: Sequence[int]) -> list[str]:
    """The histories that did not converge, by their seeds."""
    found = []
    for seed in seeds:
        try:
            StockHistory(seed).live()
        except DivergedError as exc:
            found.append(f"stock, seed {seed}: {exc}")
        try:
            (HeardHistory if seed % 2 else ItemHistory)(seed).live()
        except (DivergedError, TrespassError) as exc:
            found.append(f"items, seed {seed}: {exc}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Live the histories; 1 when one did not converge."""
    parser = argparse.ArgumentParser(prog="python -m tests.convergence", description=__doc__)
    parser.add_argument(
        "--seeds", type=int, default=10_000, help="how many histories of stock, and of items"
    )
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    seeds = range(options.first, options.first + options.seeds)
    chunks = [seeds[at : at + 50] for at in range(0, len(seeds), 50)]
    diverged: list[str] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for part in pool.map(lived, chunks):
            diverged += part
    seconds = time.perf_counter() - started
    sys.stdout.write("".join(f"{line}\n" for line in diverged[:20]))
    sys.stdout.write(f"{2 * len(seeds)} histories, {len(diverged)} diverged, {seconds:.0f} s\n")
    return 1 if diverged else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
