"""The command line of the simulator."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulation.coverage import table
from tests.simulation.faults import Fault
from tests.simulation.history import Ending, History

_CHUNK = 50


@dataclass(slots=True)
class Tally:
    """What many histories came to."""

    histories: int = 0
    documents: int = 0
    repairs: int = 0
    left_to_people: int = 0
    violations: list[tuple[int, str]] = field(default_factory=list)
    struck: Counter[tuple[str, Fault]] = field(default_factory=Counter)

    def add(self, ending: Ending) -> None:
        """Count one history."""
        self.histories += 1
        self.documents += ending.documents
        self.repairs += ending.repairs
        self.left_to_people += ending.left_to_people
        self.struck.update(ending.struck)
        if ending.violation:
            self.violations.append((ending.seed, ending.violation))

    def merge(self, other: Tally) -> None:
        """Count what another process counted."""
        self.histories += other.histories
        self.documents += other.documents
        self.repairs += other.repairs
        self.left_to_people += other.left_to_people
        self.struck.update(other.struck)
        self.violations += other.violations


def lived(seeds: Sequence[int]) -> Tally:
    """Live these histories one after the other."""
    tally = Tally()
    for seed in seeds:
        tally.add(History(seed).run())
    return tally


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Run the command; 1 when an invariant was broken."""
    options = _options(arguments)
    if options.seed is not None:
        return _replay(options.seed, options.about)
    started = time.perf_counter()
    tally = Tally()
    for part in _parts(range(options.first, options.first + options.seeds), options.jobs):
        tally.merge(part)
    seconds = time.perf_counter() - started
    say(table(tally.struck))
    say(
        f"\n{tally.histories} histories, {tally.documents} documents, "
        f"{sum(tally.struck.values())} faults, {tally.repairs} repairs, "
        f"{tally.left_to_people} orders left to a person, "
        f"{len(tally.violations)} violations, {seconds:.1f} s, "
        f"{tally.histories / seconds:.1f} histories/s with {options.jobs} processes"
    )
    for seed, violation in tally.violations[:20]:
        say(f"seed {seed}: {violation}")
    if tally.violations:
        say(f"\nreplay with: make simulate SEED={tally.violations[0][0]}")
    return 1 if tally.violations else 0


def _replay(seed: int, about: str) -> int:
    ending = History(seed).run()
    say("\n".join(ending.story.lines(about)))
    say(f"\nseed {seed}: {ending.violation or 'no violation'}; trace {ending.digest}")
    return 1 if ending.violation else 0


def _parts(seeds: range, jobs: int) -> Iterator[Tally]:
    chunks = [seeds[start : start + _CHUNK] for start in range(0, len(seeds), _CHUNK)]
    if jobs == 1:
        yield from map(lived, chunks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(lived, chunks)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many histories")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--seed", type=int, help="replay this one and tell its story")
    parser.add_argument("--about", default="", help="only lines of the story that mention this")
    return parser.parse_args(arguments)
