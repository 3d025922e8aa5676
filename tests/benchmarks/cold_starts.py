"""How long a fresh execution environment takes to its first answer, with and without bytecode.

The first event of each function is one for which it loads all its code and has little to do:
intake gets a delivery to a store that nobody has, the others get once more what they have done
already, as SQS may deliver it. Intake is also measured with a delivery that it takes, which is what
a cart waits for: there, four AWS clients are made and used.
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
class Starts:
    """Fresh environments of one kind: seconds to the first answer, and processor seconds of it."""

    elapsed: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


@dataclass(slots=True)
class ColdStart:
    """The first answers of one function, by what the layers held."""

    function: str
    compiled: Starts = field(default_factory=Starts)
    source_only: Starts = field(default_factory=Starts)
    memory_mb: float = 0.0
    loads_xml: bool = False

    @property
    def ratio(self) -> float:
        """Time with bytecode as a part of the time without: the median over neighbouring starts."""
        return _ratio(self.compiled.elapsed, self.source_only.elapsed)

    @property
    def processor_ratio(self) -> float:
        """The same of processor time, which other work on the machine touches less."""
        return _ratio(self.compiled.processor, self.source_only.processor)


def _ratio(compiled: Sequence[float], source_only: Sequence[float]) -> float:
    """Neighbours in time share the machine's mood, so pairs are compared before the median."""
    return median(a / b for a, b in zip(compiled, source_only, strict=True))


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
            result = results[candidate.function] if number else ColdStart(candidate.function)
            _start(candidate, compiled, result, result.compiled)
            _start(candidate, source_only, result, result.source_only)
    return list(results.values())


def _start(candidate: Candidate, packages: Path, result: ColdStart, starts: Starts) -> None:
    with candidate.start(packages) as process:
        _, seconds = process.invoke(next(candidate.first_events))
        starts.elapsed.append(seconds)
        starts.processor.append(process.cpu_seconds())
        result.memory_mb = max(result.memory_mb, process.peak_memory_mb())
        result.loads_xml = process.has_loaded(_XML_LIBRARY)
