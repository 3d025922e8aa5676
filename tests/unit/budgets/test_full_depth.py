"""What an order costs in full detail, as `docs/pricing.md` says."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from shared.budgets.depths import DEFAULT_MIX, Depth, Mix, Volume, cost_of
from shared.postings.plan import PostingKind
from tests.accounting.journals import play
from tests.accounting.lives import LIVES

ROW = r"\| {} \| [^|]*\| (\d\.\d\d) \| (\d\.\d\d) \|"


def _mix(life: str) -> Mix:
    """What the planner makes of the life, costs of goods left out; its buyer is known."""
    kinds = [posting.kind for posting in play(LIVES[life]()).postings.values()]
    counted = {kind: Decimal(kinds.count(kind)) for kind in kinds}
    counted.pop(PostingKind.JOURNAL_ENTRY, None)
    return Mix(1, Decimal(0), counted)


@pytest.mark.parametrize(
    ("order", "mix"),
    [
        ("captured with the shipment or after it", _mix("order_a_captured_after_shipment")),
        ("captured before it ships", _mix("order_a")),
        ("the assumed mix, new buyers and refunds among it", DEFAULT_MIX),
    ],
    ids=["together", "before", "mix"],
)
def test_the_documented_price_of_an_order_is_what_its_documents_cost(order: str, mix: Mix) -> None:
    text = Path("docs/pricing.md").read_text(encoding="utf-8")
    found = re.search(ROW.format(re.escape(order)), text)
    assert found is not None

    costs = [
        cost_of(Depth.FULL, mix, Volume(orders=100_000, payouts=0, batch=batch)).per_order
        for batch in (1, 10)
    ]

    assert [Decimal(told) for told in found.groups()] == costs
