"""One run of all benchmarks: build, start, send orders, start cold; nothing is printed here."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, repeat
from pathlib import Path
from typing import Any

from local.demo.books import SimulatedBooks
from local.demo.tenant import SHOP
from local.stack import processes
from local.stack.paths import StackPaths, Tools
from local.stack.simulator import Simulator, SimulatorAccess
from tests.benchmarks import account, builds, cold_starts, events, scenarios
from tests.benchmarks.builds import Layers, LayerSize
from tests.benchmarks.cold_starts import Candidate, ColdStart
from tests.benchmarks.deployment import Deployment, Function
from tests.benchmarks.lambda_process import LambdaProcess, Runtime
from tests.benchmarks.loopback_aws import LoopbackAws
from tests.benchmarks.pipeline import FUNCTIONS, INTAKE, Pipeline
from tests.benchmarks.scenarios import Scenario
from tests.benchmarks.usage import SageLog

EMPTY = "empty handler"
FIRST_DELIVERY = f"{INTAKE}, first delivery"
_FIRST_EVENTS: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "amazon_events": events.of_amazon,
    "dlq_redrive": events.plan_of_redrive,
}
"""Of functions that no order passes and that a schedule does not start."""

_FAR_AWAY = 900_000
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that one run has measured."""

    python: str
    layers: tuple[LayerSize, ...]
    scenarios: list[Scenario]
    memory_mb: dict[str, float]
    cold_starts: list[ColdStart]


class Bench:
    """The surroundings of one run."""

    def __init__(self, runtime: Runtime, folder: Path, say: Say) -> None:
        """Everything that is laid out goes under `folder`; `say` tells what is being done."""
        self._runtime = runtime
        self._folder = folder
        self._say = say
        self._deployment = Deployment()
        self._functions = {function.name: function for function in self._deployment.functions()}
        self._roots = {
            name: builds.task_root(function, folder) for name, function in self._functions.items()
        }
        self._empty_root = builds.empty_task_root(folder)
        self._logs = builds.logs()

    def run(self, *, orders: int, starts: int) -> Results:
        """Measure everything; orders of each kind, cold starts of each function each way."""
        self._say("building the layers")
        layers = builds.build_layers(self._deployment, self._runtime.target, self._folder / "opt")
        with simulator() as sage, LoopbackAws() as aws, ExitStack() as stack:
            values = account.fill(aws, self._deployment, sage)
            variables = self._variables(aws, values)
            sage_log, books = SageLog(sage.admin_url), SimulatedBooks(sage.rest_base_url)
            stack.callback(sage_log.close)
            stack.callback(books.close)
            warm = {
                name: self._process(self._functions[name], layers.compiled, variables[name])
                for name in FUNCTIONS
            }
            with Pipeline(aws, values, warm, sage_log) as pipeline:
                self._say(f"sending {orders} orders of each kind through the functions")
                played = scenarios.play(pipeline, books, orders=orders)
                memory = {name: pipeline.peak_memory_mb(name) for name in FUNCTIONS}
                last_events = dict(pipeline.last_events)
            self._say(f"starting each function {2 * starts} times")
            started = self._cold_starts(layers, variables, last_events, starts)
        return Results(self._runtime.target.python, layers.sizes, played, memory, started)

    def _cold_starts(
        self,
        layers: Layers,
        variables: Mapping[str, Mapping[str, str]],
        last_events: Mapping[str, Mapping[str, Any]],
        starts: int,
    ) -> list[ColdStart]:
        candidates = [Candidate(EMPTY, self._empty, repeat({}))]
        for name, function in self._functions.items():
            start = self._starter(function, variables[name])
            if name == INTAKE:
                candidates.append(Candidate(INTAKE, start, repeat(events.unknown_store())))
                candidates.append(Candidate(FIRST_DELIVERY, start, _new_deliveries()))
            else:
                first = last_events.get(name) or _FIRST_EVENTS.get(name, dict)()
                candidates.append(Candidate(name, start, repeat(first)))
        return cold_starts.measure(
            candidates, compiled=layers.compiled, source_only=layers.source_only, rounds=starts
        )

    def _variables(self, aws: LoopbackAws, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
        return {
            name: function.environment(values) | {"AWS_ENDPOINT_URL": aws.url}
            for name, function in self._functions.items()
        }

    def _starter(
        self, function: Function, variables: Mapping[str, str]
    ) -> Callable[[Path], LambdaProcess]:
        return lambda packages: self._process(function, packages, variables)

    def _process(
        self, function: Function, packages: Path, variables: Mapping[str, str]
    ) -> LambdaProcess:
        return LambdaProcess(
            self._runtime,
            task_root=self._roots[function.name],
            packages=packages,
            variables=variables,
            log=self._logs / f"{function.name}.log",
            memory_mb=function.memory_mb,
            timeout_seconds=function.timeout_seconds,
        )

    def _empty(self, packages: Path) -> LambdaProcess:
        return LambdaProcess(
            self._runtime,
            task_root=self._empty_root,
            packages=packages,
            variables={},
            log=self._logs / "empty_handler.log",
        )


def run(*, orders: int, starts: int, say: Say) -> Results:
    """Measure everything once.

    Raises:
        StackError: a tool is missing, or a build or the simulator failed.
        InvocationError: a function failed.
        BooksError: what was measured did not come into the books.
    """
    runtime = Runtime.find()
    folder = Path(tempfile.mkdtemp(prefix="cartledger-bench-"))
    try:
        return Bench(runtime, folder, say).run(orders=orders, starts=starts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def simulator() -> Iterator[SimulatorAccess]:
    """A Sage Intacct simulator of our own while the block lasts."""
    paths = StackPaths("bench")
    paths.make()
    sage = Simulator(paths, Tools(), port=0, keep=False)
    process = sage.start()
    try:
        yield sage.wait()
    finally:
        processes.stop(process)


def _new_deliveries() -> Iterator[Mapping[str, Any]]:
    """Deliveries of orders that nobody has seen."""
    for number in count(_FAR_AWAY):
        order = events.numbered_order(number, customer=number)
        yield events.webhook(SHOP, "orders/paid", events.paid(order), event_id=str(order.id))
