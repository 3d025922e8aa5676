"""`cart poll` and `cart backfill`: the function is asked until all is read, and that is noted."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ops.place import AwsPlace
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

WHY = ("--why", "a webhook was lost")


class Poller:
    """The poller's function, answering one report after the other."""

    def __init__(self, rig: OpsRig, *reports: dict[str, Any]) -> None:
        self._reports: Iterator[dict[str, Any]] = iter(reports)
        self.asked: list[dict[str, Any]] = []
        assert isinstance(rig.desk.place, AwsPlace)
        rig.desk.place.clients["lambda"] = self

    def invoke(self, **call: Any) -> dict[str, Any]:
        assert call["FunctionName"] == "CartPoller"
        self.asked.append(json.loads(call["Payload"]))
        body = json.dumps({"stores": [next(self._reports)]}).encode()
        return {"Payload": io.BytesIO(body)}


def report(outcome: str, read_to: str = "", *, hints: int = 0, detail: str = "") -> dict[str, Any]:
    return {"outcome": outcome, "read_to": read_to, "hints": hints, "detail": detail}


def backfill(rig: OpsRig, first: str = "2026-01-01", last: str = "2026-01-10") -> Any:
    return rig.run("cart", "backfill", "acme", "shop", "--from", first, "--to", last, *WHY)


def test_a_store_is_polled_when_asked_and_that_is_noted(rig: OpsRig) -> None:
    poller = Poller(rig, report("complete", "2026-04-02T12:00:00+00:00", hints=3))

    result = rig.run("cart", "poll", "acme", "shop", *WHY)

    assert result.exit_code == 0, result.output
    assert poller.asked == [{"tenant": "acme", "store": "shop", "seconds": 40}]
    assert "complete" in result.output
    assert "cart poll" in rig.run("audit", "acme").output


def test_a_store_that_cannot_be_read_says_why(rig: OpsRig) -> None:
    Poller(rig, report("skipped", detail="no access to the store's API"))

    result = rig.run("cart", "poll", "acme", "shop", *WHY)

    assert result.exit_code == 1
    assert "no access to the store's API" in result.output


def test_a_backfill_walks_the_entitys_days_and_shows_how_far_it_is(rig: OpsRig) -> None:
    poller = Poller(
        rig,
        report("partial", "2026-01-06T05:00:00+00:00", hints=5),
        report("complete", "2026-01-11T05:00:00+00:00", hints=2),
    )

    result = backfill(rig)

    assert result.exit_code == 0, result.output
    assert {(each["begin"], each["until"]) for each in poller.asked} == {
        ("2026-01-01T00:00:00-05:00", "2026-01-11T00:00:00-05:00")
    }
    assert " 50%" in result.output
    assert "100%  read to 2026-01-11T05:00:00+00:00, 7 hints" in result.output


def test_a_backfill_waits_while_the_schedule_reads_the_store(rig: OpsRig) -> None:
    poller = Poller(rig, report("busy"), report("complete"))

    assert backfill(rig).exit_code == 0
    assert (len(poller.asked), rig.slept) == (2, [15.0])


def test_a_backfill_that_fails_says_so_and_how_to_go_on(rig: OpsRig) -> None:
    Poller(rig, report("failed", detail="the cart's API stayed busy"))

    result = backfill(rig)

    assert result.exit_code == 1
    assert "the cart's API stayed busy; the same command goes on from here" in result.output


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("acme", "nobody"), "no store 'nobody'"),
        (("acme", "shop", "--from", "yesterday"), "'yesterday' is no date"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    arguments: tuple[str, ...], why: str, rig: OpsRig
) -> None:
    poller = Poller(rig)
    given = ["cart", "backfill", "--from", "2026-01-01", "--to", "2026-01-02", *arguments, *WHY]

    result = rig.run(*given)

    assert result.exit_code == 1
    assert why in result.output
    assert poller.asked == []
