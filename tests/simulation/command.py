"""The command line of the simulator."""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from tests.simulation.coverage import empty_cells, table
from tests.simulation.faults import Cell
from tests.simulation.history import Ending, History
from tests.simulation.shrinking import Shrinker
from tests.simulation.ways import Way
from tests.simulation.weather import DRAWN, Weather

_CHUNK = 50
_COLLECTED_AFTER = 200_000
_TOLD_EVERY = 5000
_ENOUGH_FOR_ALL_CELLS = 5000
"""From so many histories on, every cell of the coverage table must have been struck."""


@dataclass(slots=True)
class Tally:
    """What many histories came to."""

    histories: int = 0
    documents: int = 0
    repairs: int = 0
    left_to_people: int = 0
    violations: list[tuple[int, str]] = field(default_factory=list)
    struck: Counter[Cell] = field(default_factory=Counter)

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


def lived(seeds: Sequence[int], weather: Weather = DRAWN) -> Tally:
    """Live these histories one after the other."""
    tally = Tally()
    for seed in seeds:
        tally.add(History(seed, weather).run())
    return tally


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Run the command; 1 when an invariant was broken."""
    options = _options(arguments)
    weather = Weather(way=Way(options.way))
    if options.seed is not None:
        return _replay(options.seed, weather, options.about)
    if options.shrink is not None:
        _tell_shortly(options.shrink, weather)
        return 1
    started = time.perf_counter()
    tally = Tally()
    seeds = range(options.first, options.first + options.seeds)
    for part in _parts(seeds, options.jobs, weather):
        tally.merge(part)
        _tell_progress(tally, part)
    seconds = time.perf_counter() - started
    say(table(tally.struck))
    say(
        f"\n{tally.histories} histories, {tally.documents} documents, "
        f"{tally.struck.total()} faults, {tally.repairs} repairs, "
        f"{tally.left_to_people} orders left to a person, "
        f"{len(tally.violations)} violations, {seconds:.1f} s, "
        f"{tally.histories / seconds:.1f} histories/s with {options.jobs} processes"
    )
    for seed, violation in tally.violations[:20]:
        say(f"seed {seed}: {violation}")
    empty = empty_cells(tally.struck) if options.seeds >= _ENOUGH_FOR_ALL_CELLS else []
    if empty:
        say(f"empty cells: {', '.join(empty)}")
    if tally.violations:
        _tell_shortly(tally.violations[0][0], weather)
    return 1 if tally.violations or empty else 0


def _tell_progress(tally: Tally, part: Tally) -> None:
    """Tell on standard error of what broke as it is found, and how far a long run has come."""
    told = [f"seed {seed}: {violation}" for seed, violation in part.violations]
    if tally.histories % _TOLD_EVERY == 0:
        told.append(f"{tally.histories} histories, {len(tally.violations)} violations so far")
    sys.stderr.writelines(f"{line}\n" for line in told)
    sys.stderr.flush()


def _tell_shortly(seed: int, weather: Weather) -> None:
    """Tell the shortest story found of a failing seed, and how to see all of it."""
    shrinker = Shrinker(seed, weather)
    cut, ending = shrinker.shrunk()
    say(f"\nthe story of seed {seed}, shrunk in {shrinker.runs} runs:")
    say("\n".join(ending.story.lines()))
    say(ending.violation)
    left_out = f"{len(cut.orders)} orders and {len(cut.cells)} cells of faults left out"
    say(f"{ending.struck.total()} faults struck; {left_out}")
    way = f" WAY={weather.way.value}" if weather.way.is_http else ""
    say(f"the whole of it: make simulate SEED={seed}{way}")


def _replay(seed: int, weather: Weather, about: str) -> int:
    """Live one history again; what it tells is the same byte by byte."""
    ending = History(seed, weather).run()
    say("\n".join(ending.story.lines(about)))
    say(f"\nseed {seed}: {ending.violation or 'no violation'}; trace {ending.digest}")
    return 1 if ending.violation else 0


def _parts(seeds: range, jobs: int, weather: Weather) -> Iterator[Tally]:
    chunks = [seeds[start : start + _CHUNK] for start in range(0, len(seeds), _CHUNK)]
    live = partial(lived, weather=weather)
    if jobs == 1:
        _collect_seldom()
        yield from map(live, chunks)
        return
    with ProcessPoolExecutor(jobs, initializer=_collect_seldom) as pool:
        yield from pool.map(live, chunks)


def _collect_seldom() -> None:
    """Histories leave little in cycles: looking for it all the time is a tenth of a run."""
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many histories")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--seed", type=int, help="replay this one and tell its story")
    parser.add_argument("--shrink", type=int, help="tell the shortest story of this failing seed")
    parser.add_argument("--way", choices=list(Way), default=Way.DIRECT, help="how Sage is reached")
    parser.add_argument("--about", default="", help="only lines of the story that mention this")
    return parser.parse_args(arguments)
