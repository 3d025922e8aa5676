"""A short run of the simulator, for every push; the long one is `make simulate`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.coverage import empty_cells, table
from tests.simulation.faults import APPLICABLE, Fault
from tests.simulation.history import History
from tests.simulation.mutants import MUTANTS
from tests.simulation.shrinking import Shrinker
from tests.simulation.ways import Way
from tests.simulation.weather import Weather

ROOT = Path(__file__).parents[2]
SEEDS = int(os.environ.get("SIMULATED_SEEDS", "40"))
"""How many histories are lived at every push; a nightly run may want more of them."""
SEEDS_THAT_FAILED = (
    *(80, 222, 350, 1430, 2014, 3207, 3269, 30148, 30261),
    *(3002341, 3003179, 4024074, 8000480, 10021434, 20011530, 30056083, 40014693, 50099680),
)
"""Each showed something once, in the product or in the simulator's expectations."""
SEEDS_THAT_FAILED_THROUGH_CLIENTS = ((Way.XML, 47), (Way.XML, 224))
"""The same of histories whose calls go through the product's clients."""


def test_a_calm_history_needs_no_repair_and_ends_with_the_intended_books() -> None:
    history = History(5)
    history.faults.is_on = False

    ending = history.run()

    assert ending.violation == ""
    assert (ending.repairs, ending.struck.total()) == (0, 0)
    assert ending.documents > 5


@pytest.mark.parametrize("first", range(0, SEEDS, 10))
def test_under_drawn_faults_every_invariant_holds(first: int) -> None:
    endings = [History(seed).run() for seed in range(first, first + 10)]

    assert [(each.seed, each.violation) for each in endings if each.violation] == []
    assert sum(sum(each.struck.values()) for each in endings) > 20


@pytest.mark.parametrize("way", [way for way in Way if way.is_http])
def test_through_the_products_own_clients_every_invariant_holds_too(way: Way) -> None:
    endings = [History(seed, Weather(way=way)).run() for seed in range(SEEDS // 2)]

    assert [(each.seed, each.violation) for each in endings if each.violation] == []
    assert sum(each.documents for each in endings) > SEEDS


def test_what_the_products_handlers_log_is_looked_through() -> None:
    history = History(5, Weather(way=Way.REST))

    ending = history.run()

    assert ending.violation == ""
    assert {"delivery taken", "cart event synced", "order finished with", "sweep finished"} <= {
        json.loads(line)["message"] for line in history.log.getvalue().splitlines()
    }


@pytest.mark.parametrize(("way", "seed"), SEEDS_THAT_FAILED_THROUGH_CLIENTS)
def test_a_seed_that_failed_once_through_clients_fails_no_more(way: Way, seed: int) -> None:
    assert History(seed, Weather(way=way)).run().violation == ""


@pytest.mark.parametrize("seed", SEEDS_THAT_FAILED)
def test_a_seed_that_failed_once_fails_no_more(seed: int) -> None:
    assert History(seed).run().violation == ""


@pytest.mark.parametrize("way", list(Way))
def test_a_seed_tells_the_same_story_in_any_process(way: Way) -> None:
    here = History(7, Weather(way=way)).run().digest
    program = (
        "from tests.simulation.history import History\n"
        "from tests.simulation.weather import Weather, Way\n"
        f"print(History(7, Weather(way=Way({way.value!r}))).run().digest)"
    )

    digests = [
        subprocess.run(  # noqa: S603  # our own interpreter and program
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": ".:layers/clients", "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for hash_seed in ("1", "2")
    ]

    assert digests == [here, here]


@pytest.mark.parametrize(
    "name",
    [
        "no intent before the request",
        "leases are ignored",
        "posting key from the delivery",
        "a customer for each order",
        "a lost XML write counts as not sent",
        "the store of sessions speaks for answers",
    ],
)
def test_a_defect_in_the_product_is_seen(name: str) -> None:
    (mutant,) = (each for each in MUTANTS if each.name == name)

    with mutant.apply():
        is_seen = any(History(seed, mutant.weather).run().violation for seed in range(25))

    assert is_seen


_MANY_FAULTS = 50
"""A history of fewer faults may be told longer without some of them: more of it happens."""


def test_a_failing_seed_is_told_with_as_little_as_fails_the_same_way() -> None:
    (mutant,) = (
        each for each in MUTANTS if each.name == "sends again without writing it down (T3)"
    )

    with mutant.apply():
        runs = ((n, History(n, mutant.weather).run()) for n in range(50))
        seed, whole = next(
            (n, run) for n, run in runs if run.violation and run.struck.total() > _MANY_FAULTS
        )
        cut, ending = Shrinker(seed, mutant.weather, most_runs=12).shrunk()
        again = History(seed, mutant.weather, cut).run()

    assert ending.violation[:2] == whole.violation[:2]
    assert ending.story.length < whole.story.length
    assert ending.struck.total() < whole.struck.total()
    assert again.digest == ending.digest


def test_every_defect_is_named_once_and_there_are_thirty_of_them() -> None:
    names = [mutant.name for mutant in MUTANTS]

    assert len(names) == len(set(names)) >= 30


def test_the_table_shows_a_cell_for_every_fault_that_can_happen() -> None:
    struck = Counter({("sage.create", Fault.LANDS_LATE): 17})

    cells = sum(len(kinds) for kinds in APPLICABLE.values())

    assert len(empty_cells(struck)) == cells - 1
    assert "17" in table(struck)
