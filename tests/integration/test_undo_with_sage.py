"""An undo as deployed: the real handler, adapters and clients, the simulator for Sage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from functions.order_posting import app as order_posting
from shared.bootstrap import posting
from shared.facts.record import FactsStatus, UndoRequest
from tests.contract.conftest import Simulator, simulator
from tests.integration.order_posting_rig import PostingRig, context, rig, sold
from tests.integration.test_order_posting_with_sage import post, sage

__all__ = ["rig", "sage", "simulator"]


def ask(rig: PostingRig) -> None:
    """What `ops order undo --apply` writes."""
    record = rig.kept("1001")
    rig.facts.save(replace(record, status=FactsStatus.UNDOING, undo=UndoRequest("ada")))


def test_an_order_leaves_sages_books_though_its_month_is_closed(
    rig: PostingRig, sage: Simulator
) -> None:
    posting.order_looker.cache_clear()
    rig.keep(sold("1001", amount="130.65"))
    post("1001")
    sage.company.books.periods.close("100", date(2026, 3, 31))
    ask(rig)

    post("1001")

    request = {"tenant": "acme", "store": "shop", "order_id": "1001"}
    looked = order_posting.handler({"look": request}, context())
    assert (rig.kept("1001").status, sage.balances()) == (FactsStatus.UNDONE, {})
    assert rig.reviews() == []
    assert looked["findings"] == []
    assert all(one["is_right"] for one in looked["documents"])
    assert "reversed" in {one["sage_state"] for one in looked["documents"]}


def test_an_order_comes_back_to_the_cent_under_keys_of_its_own(
    rig: PostingRig, sage: Simulator
) -> None:
    rig.keep(sold("1001", amount="130.65"))
    post("1001")
    ask(rig)
    post("1001")
    undone = sage.balances()
    rig.facts.save(replace(rig.kept("1001"), status=FactsStatus.READY))

    post("1001")

    assert undone == {}
    assert sage.balances() == {"1100": Decimal("130.65"), "4000": Decimal("-130.65")}
