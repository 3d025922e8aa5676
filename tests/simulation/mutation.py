"""`python -m tests.simulation.mutation`: which defect is caught, and after how many histories."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulation.command import say
from tests.simulation.history import History
from tests.simulation.mutants import MUTANTS


def caught_after(number: int, *, first: int, most: int) -> tuple[int, int, str]:
    """How many histories the mutant of that number survived until it was seen, and what was seen.

    The second member is 0 when nothing was seen within `most` histories.
    """
    mutant = MUTANTS[number]
    with mutant.apply():
        for tried, seed in enumerate(range(first, first + most), start=1):
            ending = History(seed, mutant.weather).run()
            if ending.violation:
                return number, tried, ending.violation
    return number, 0, ""


def main(arguments: Sequence[str]) -> int:
    """Try every mutant; 1 when one survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutation")
    parser.add_argument("--seeds", type=int, default=1000, help="how many histories at most")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--only", default="", help="only mutants whose name holds this text")
    options = parser.parse_args(arguments)
    numbers = [n for n, mutant in enumerate(MUTANTS) if options.only in mutant.name]
    started, survivors = time.perf_counter(), 0
    try_one = partial(caught_after, first=options.first, most=options.seeds)
    with ProcessPoolExecutor(options.jobs) as pool:
        for number, tried, violation in pool.map(try_one, numbers):
            survivors += not tried
            verdict = f"caught by seed {options.first + tried - 1}" if tried else "SURVIVES"
            said = violation.splitlines()[0][:90] if violation else ""
            say(f"{MUTANTS[number].name:<42} {verdict:<22} {said}")
    seconds = time.perf_counter() - started
    say(f"\n{len(numbers) - survivors} of {len(numbers)} mutants caught, {seconds:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
