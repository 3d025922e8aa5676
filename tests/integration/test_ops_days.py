"""`day export` and `day correct`: what the function is asked, and what is told and noted."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from ops.place import AwsPlace
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

JOURNAL = {
    "reference": "20260302-GL-ABCDEFGH",
    "key": "17",
    "what": "day",
    "posted_on": "2026-03-02",
    "sequence": 2,
    "events": 3,
    "debits": "48.16 USD",
}


class Exporter:
    """The export's function, which answers one report."""

    def __init__(
        self, rig: OpsRig, state: str, *journals: dict[str, Any], reasons: Any = ()
    ) -> None:
        self.asked: list[dict[str, Any]] = []
        self._day = {
            "currency": "USD",
            "state": state,
            "journals": list(journals),
            "reasons": list(reasons),
        }
        assert isinstance(rig.desk.place, AwsPlace)
        rig.desk.place.clients["lambda"] = self

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.asked.append(json.loads(call["Payload"]))
        return {"Payload": io.BytesIO(json.dumps({"days": [self._day]}).encode())}


def test_a_day_is_made_anew_by_who_asks_and_that_is_noted(rig: OpsRig) -> None:
    exporter = Exporter(rig, "posted", JOURNAL)

    result = rig.run("day", "correct", "acme", "shop", "2026-03-02", "--why", "wrong account")

    assert result.exit_code == 0, result.output
    (asked,) = exporter.asked
    assert (asked["date"], asked["correct_by"]) == ("2026-03-02", rig.desk.audit.who)
    assert "20260302-GL-ABCDEFGH" in result.output
    assert "day correct" in rig.run("audit", "acme").output


@pytest.mark.parametrize("flags", [(), ("--even-if-incomplete",)])
def test_a_day_is_exported_with_or_without_what_is_held(
    rig: OpsRig, flags: tuple[str, ...]
) -> None:
    exporter = Exporter(rig, "nothing")

    result = rig.run("day", "export", "acme", "shop", "2026-03-02", *flags, "--why", "month end")

    assert result.exit_code == 0, result.output
    (asked,) = exporter.asked
    assert asked.get("even_if_incomplete", False) is bool(flags)
    assert "correct_by" not in asked


def test_one_currency_of_a_day_may_be_named(rig: OpsRig) -> None:
    exporter = Exporter(rig, "posted", JOURNAL)

    result = rig.run(
        "day",
        "correct",
        "acme",
        "shop",
        "2026-03-02",
        "--currency",
        "EUR",
        "--why",
        "wrong account",
    )

    assert result.exit_code == 0, result.output
    assert exporter.asked[0]["currency"] == "EUR"


def test_a_day_that_is_held_says_why(rig: OpsRig) -> None:
    Exporter(rig, "held", reasons=["READBACK_DIFFERS"])

    result = rig.run("day", "export", "acme", "shop", "2026-03-02", "--why", "month end")

    assert result.exit_code == 1
    assert "READBACK_DIFFERS" in result.output
    assert "the day is not done: held" in result.output


def test_a_date_that_is_none_is_refused_before_anything_is_asked(rig: OpsRig) -> None:
    exporter = Exporter(rig, "posted")

    result = rig.run("day", "export", "acme", "shop", "2 March", "--why", "month end")

    assert result.exit_code == 1
    assert exporter.asked == []


def test_a_script_gets_one_document(rig: OpsRig) -> None:
    Exporter(rig, "posted", JOURNAL)

    result = rig.run("day", "export", "acme", "shop", "2026-03-02", "--why", "month end", "--json")

    (told,) = json.loads(result.output)
    assert told["journals"] == [JOURNAL]
