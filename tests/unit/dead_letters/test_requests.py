from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.dead_letters.requests import RedriveRequest
from shared.postings.findings import Reason

EVENTS = Path(__file__).parents[3] / "events"


def sample(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"dlq_redrive.{name}.json").read_text())
    return loaded


def test_a_request_moves_nothing_unless_it_says_so() -> None:
    assert RedriveRequest.model_validate(sample("plan")).dry_run
    assert not RedriveRequest.model_validate(sample("by_reason")).dry_run
    assert RedriveRequest.model_validate(sample("plan")).reason is Reason.HANDLER_FAILED


@pytest.mark.parametrize(
    "change",
    [
        {"by": ""},
        {"why": ""},
        {"queue": ""},
        {"reason": "BECAUSE"},
        {"per_second": 0},
        {"limit": 0},
        {"older_than_seconds": -1},
        {"other": 1},
    ],
)
def test_a_request_that_is_none_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RedriveRequest.model_validate({**sample("plan"), **change})


@pytest.mark.parametrize("missing", ["by", "why", "queue"])
def test_who_asks_why_and_of_which_queue_must_be_said(missing: str) -> None:
    with pytest.raises(ValidationError):
        RedriveRequest.model_validate(
            {name: value for name, value in sample("plan").items() if name != missing}
        )
