"""Each worked journal of fees, payouts, currencies, days and entities meets the simulated company.

The table says which test plays a row that no single life leads to; the others are played here, over
each protocol wherever Sage offers the action in both.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from intacct.capabilities import CAPABILITIES, Protocol
from intacct.documents import JournalEntry
from shared.policy.choices import Cogs
from shared.postings.keys import control_id, entity_of
from shared.postings.plan import Posting
from shared.postings.planner import plan
from tests.accounting import payout_lives
from tests.accounting.journals import ROWS, SCENARIOS, net
from tests.accounting.lives import LIVES, PAID, SHIPPED, order_a_placed
from tests.accounting.payout_lives import LIVES as PAYOUTS
from tests.accounting.payout_lives import play
from tests.accounting.shop import facts
from tests.contract.conftest import RestRig, Simulator, simulator
from tests.contract.xml_rig import XmlRig
from tests.scenarios.conftest import Sage
from tests.unit.postings.test_stock_entities import _book

__all__ = ["simulator"]

_HERE = Path(__file__).parent
_PAYOUT_TABLE = tomllib.loads(
    Path(payout_lives.__file__).with_name("payout_journals.toml").read_text(encoding="utf-8")
)


def _rows(chapter: int, last: int) -> list[str]:
    return [f"J-{chapter}.{number}" for number in range(1, last + 1)]


WANTED = [
    *_rows(6, 12),
    *_rows(7, 4),
    *_rows(8, 7),
    *_rows(9, 3),
    *_rows(10, 2),
    *_rows(11, 7),
    *("S-12.1", "S-12.2"),
    *_rows(13, 2),
    *_rows(14, 2),
    *(f"S{number}" for number in range(7, 16)),
]
"""Every row of the accounting reference from its chapter 6 on, and the scenarios from S7 on."""

_DAYS, _SUMS, _RATES = "test_days.py", "test_payout_summaries.py", "test_currencies.py"
PLAYED_BY: Mapping[str, tuple[str, str]] = {
    "J-6.8": (_SUMS, "test_a_settlement_is_one_journal_that_equals_the_deposit"),
    "J-8.1": (_RATES, "test_the_receipt_of_another_days_rate_makes_a_realised_difference"),
    "J-8.2": (_RATES, "test_the_receipt_of_another_days_rate_makes_a_realised_difference"),
    "J-8.4": (
        _RATES,
        "test_a_credit_memo_takes_the_rate_of_its_invoice_and_its_refund_that_of_the_day",
    ),
    "J-8.5": (
        _RATES,
        "test_a_credit_memo_takes_the_rate_of_its_invoice_and_its_refund_that_of_the_day",
    ),
    "J-8.6": (_RATES, "test_three_lines_add_up_in_the_entitys_currency_as_well"),
    "J-8.7": (_RATES, "test_an_order_in_yen_has_no_cents"),
    "J-9.1": (
        "test_tax_engine.py",
        "test_the_invoice_and_its_rounding_line_are_the_entry_of_j_9_1",
    ),
    "J-10.1": (
        "test_closed_months.py",
        "test_a_refund_of_a_closed_month_is_posted_on_the_first_day_of_the_open_one",
    ),
    "J-10.2": (
        _DAYS,
        "test_an_order_missed_in_a_closed_month_is_posted_on_the_first_of_the_next",
    ),
    "J-11.1": (_DAYS, "test_the_day_of_the_reference_is_one_journal_and_its_counts"),
    "J-11.2": (_DAYS, "test_fees_of_the_day_are_a_journal_of_their_own_and_are_corrected_with_it"),
    "J-11.3": (_DAYS, "test_cost_of_goods_stands_in_the_journal_of_the_day"),
    "J-11.4": (_DAYS, "test_a_wrong_account_is_put_right_in_an_open_period"),
    "J-11.5": (_DAYS, "test_a_wrong_account_is_put_right_in_an_open_period"),
    "J-11.6": (_DAYS, "test_a_wrong_account_is_put_right_by_its_difference_in_a_closed_period"),
    "J-11.7": (_DAYS, "test_a_refund_of_the_next_day_leaves_the_exported_day_alone"),
    "S-12.1": (_DAYS, "test_the_day_of_the_reference_is_one_journal_and_its_counts"),
    "S-12.2": (_DAYS, "test_a_wrong_account_is_put_right_in_an_open_period"),
    "J-14.1": ("test_every_row.py", "test_the_costs_of_another_entitys_stock_are_in_both_books"),
    "J-14.2": ("test_every_row.py", "test_a_payout_to_the_bank_of_another_entity_is_in_both_books"),
    "S12": (_DAYS, "test_a_wrong_account_is_put_right_in_an_open_period"),
}
"""Rows of several orders, of Sage's own answer, or of two entities: file and test."""

ELSEWHERE = {"S7": "test_gift_cards.py", "S15": "test_duties.py"}
"""Scenarios of several orders, each played by a whole file."""


def _of_payouts(name: str) -> str:
    told = [*_PAYOUT_TABLE["rows"], *_PAYOUT_TABLE["scenarios"]]
    return next((str(one.get("life", "")) for one in told if one["id"] == name), "")


def _of_orders(name: str) -> str:
    found = ROWS.get(name) or SCENARIOS.get(name)
    return found.life if found else ""


def _tests_in(file: str) -> set[str]:
    tree = ast.parse((_HERE / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", WANTED)
def test_every_row_is_played_against_the_simulated_company(name: str) -> None:
    """By its life, over both protocols (`test_books`, `test_payouts` and here), or by a test."""
    if name in ELSEWHERE:
        assert name in (_HERE / ELSEWHERE[name]).read_text(encoding="utf-8")
    elif name in PLAYED_BY:
        file, test = PLAYED_BY[name]
        assert test in _tests_in(file)
    else:
        assert _of_orders(name) in LIVES or _of_payouts(name) in PAYOUTS


def test_no_row_is_named_that_is_none() -> None:
    assert {*PLAYED_BY, *ELSEWHERE} <= set(WANTED)


def _preferring(protocol: Protocol) -> dict[str, str]:
    return {
        action.value: protocol.value
        for action, capability in CAPABILITIES.items()
        if protocol in capability.offered
    }


_LIVES = sorted({life for name in WANTED if (life := _of_orders(name)) in LIVES})
"""Lives of single orders that lead to a row, or to a scenario, of these."""


@pytest.mark.parametrize("protocol", list(Protocol))
@pytest.mark.parametrize("life", _LIVES)
def test_a_row_of_an_order_is_in_the_books_over_either_protocol(
    life: str, protocol: Protocol, sage: Sage
) -> None:
    sage.speak(_preferring(protocol))

    played = sage.live(LIVES[life]())

    expected = {account: amount for account, amount in net(played.lines()).items() if amount}
    assert sage.simulator.balances() == expected


_UNIT = {"currency": "USD", "country": "US", "is_entity": True, "status": "active"}


class Group:
    """Two entities of a company, and what posts into the books of each."""

    def __init__(self, company: Simulator, protocol: Protocol) -> None:
        self.company = company
        books = company.company.books
        for entity in ("E100", "E200"):
            books.create("location", {"id": entity, "name": entity, **_UNIT})
        for account in ("1900", "2900", "1010", "1100", "6100", "5000", "1300"):
            if books.by_id("account", account) is None:
                books.create("account", {"id": account, "name": f"Account {account}"})
        self._xml = XmlRig(company.company)
        self._protocol = protocol

    def post(self, posting: Posting) -> None:
        entity, document = entity_of(posting.key), posting.document
        assert isinstance(document, JournalEntry)
        if self._protocol is Protocol.XML:
            self._xml.actions(entity).create(document, control_id=control_id(posting.key))
            return
        with closing(RestRig(self.company, entity=entity)) as rest:
            rest.actions.create(document, idempotency_key=control_id(posting.key))

    def balances(self, entity: str) -> dict[str, str]:
        rows = self.company.company.books.trial_balance(entity)
        found = {row.account: row.debit - row.credit for row in rows}
        return {account: f"{amount:.2f}" for account, amount in found.items() if amount}


@pytest.fixture(params=list(Protocol))
def group(request: pytest.FixtureRequest, simulator: Simulator) -> Group:
    return Group(simulator, request.param)


def test_the_costs_of_another_entitys_stock_are_in_both_books(group: Group) -> None:
    """J-14.1: E100 sells order A, goods leave E200's stock at cost."""
    where = _book()
    assert where.policy.cogs is Cogs.CART_COST
    made = plan(facts(order_a_placed(), PAID, SHIPPED), {}, where)

    for posting in made.postings:
        if posting.key.endswith(":cogs:parcel-1"):
            group.post(posting)

    assert group.balances("E100") == {"5000": "22.10", "2900": "-22.10"}
    assert group.balances("E200") == {"1900": "22.10", "1300": "-22.10"}


def test_a_payout_to_the_bank_of_another_entity_is_in_both_books(group: Group) -> None:
    """J-14.2: a payout to E100 includes 130.65 of E200's store, fee 4.09."""
    for entry in play(PAYOUTS["bank_of_another_entity"]()).entries.values():
        group.post(entry.posting)

    assert group.balances("E100") == {"1010": "126.56", "2900": "-126.56"}
    assert group.balances("E200") == {"1900": "126.56", "6100": "4.09", "1100": "-130.65"}
