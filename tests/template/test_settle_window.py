"""The ledger's settle window outlasts every request that a function of ours may still have out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.ledger.records import SETTLE
from tests.template.reading import as_list, functions, statements, target

_REQUEST = timedelta(seconds=40)
_SAGE = timedelta(minutes=15)
_CLOCKS = timedelta(seconds=60)


def _writes_to_the_ledger(function: Any) -> bool:
    """Whoever posts notes it there first: what only reads the ledger sends nothing."""
    return any(
        target(resource) == "LedgerTable" and "dynamodb:PutItem" in as_list(statement["Action"])
        for statement in statements(function)
        for resource in as_list(statement["Resource"])
    )


def test_nothing_that_was_sent_can_land_after_the_settle_window() -> None:
    """Reliability §3.3: request, time limit of the function, Sage's own, and clock skew."""
    limits = {
        function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: function["Timeout"]
        for function in functions().values()
        if _writes_to_the_ledger(function)
    }

    assert {"order_posting", "customer_sync", "gl_export"} <= set(limits)
    longest = timedelta(seconds=max(limits.values()))
    assert _REQUEST + longest + _SAGE + _CLOCKS <= SETTLE
