"""How long a fresh execution environment takes to its first answer, with and without bytecode.

The first event of each function is one that it must load everything for and has little to do with:
intake gets a delivery that it has not seen, the others get once more what they have done already,
as SQS may deliver it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.lambda_process import LambdaProcess

Event = Mapping[str, Any]
Start = Callable[[Path], LambdaProcess]
"""Makes a fresh environment on a folder of packages."""

_XML_LIBRARY = "lxml/etree"


@dataclass(slots=True)
class ColdStart:
    """The first answers of one function: seconds from the request, by what the layers held."""

    function: str
    compiled: list[float] = field(default_factory=list)
    source_only: list[float] = field(default_factory=list)
    memory_mb: float = 0.0
    loads_xml: bool = False

    @property
    def ratio(self) -> float:
        """The median with bytecode as a part of the median without."""
        return median(self.compiled) / median(self.source_only)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function, how it is started, and what it is asked first."""

    function: str
    start: Start
    first_events: Iterator[Event]


def measure(
    candidates: Sequence[Candidate], *, compiled: Path, source_only: Path, rounds: int
) -> list[ColdStart]:
    """Start every function `rounds` times each way, interleaved, so that a busy moment hits all.

    One round before them fills the page cache and is not counted.

    Raises:
        InvocationError: a function failed.
    """
    results = {candidate.function: ColdStart(candidate.function) for candidate in candidates}
    for number in range(rounds + 1):
        for candidate in candidates:
            result = results[candidate.function]
            with_bytecode = _first_answer(candidate, compiled, result)
            without = _first_answer(candidate, source_only, result)
            if number:
                result.compiled.append(with_bytecode)
                result.source_only.append(without)
    return list(results.values())


def _first_answer(candidate: Candidate, packages: Path, result: ColdStart) -> float:
    with candidate.start(packages) as process:
        _, seconds = process.invoke(next(candidate.first_events))
        result.memory_mb = max(result.memory_mb, process.peak_memory_mb())
        result.loads_xml = process.has_loaded(_XML_LIBRARY)
    return seconds
