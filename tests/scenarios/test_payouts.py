"""Payouts through both protocols: the simulated company's ledger must equal the tables."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from intacct.capabilities import protocols
from intacct.router import IntacctBooks
from shared.postings.keys import control_id
from shared.postings.plan import Posting
from tests.accounting import payout_lives
from tests.accounting.payout_lives import LIVES, PAYOUT_ACCOUNTS, PayoutLife, play
from tests.contract.conftest import RestRig, Simulator, simulator
from tests.contract.xml_rig import XmlRig

__all__ = ["simulator"]

_FILE = Path(payout_lives.__file__).with_name("payout_journals.toml")
SCENARIOS = tomllib.loads(_FILE.read_text(encoding="utf-8"))["scenarios"]
ACCOUNTS = {*PAYOUT_ACCOUNTS.values(), "1102"}
SHARED = [name for name in LIVES if name != "bank_of_another_entity"]
"""Lives whose entries all belong to one entity's books."""


class Sage:
    """Posts planned entries at the simulated company by one protocol, and looks each up."""

    def __init__(self, company: Simulator, rest: RestRig, protocol: str) -> None:
        self.simulator = company
        xml = XmlRig(company.company)
        self._books = IntacctBooks(
            rest=lambda: rest.actions,
            xml=lambda: xml.actions("100"),
            protocols=protocols({"journal_entry": protocol}),
        )

    def live(self, life: PayoutLife) -> None:
        """Post every entry of a life, and find each one by its own mark, once."""
        for entry in play(life).entries.values():
            key = control_id(entry.posting.key)
            document = entry.posting.document
            made = self._books.create(document, control_id=key, idempotency_key=key)
            (found,) = self._books.find(document)
            assert found.result.key == made.key


@pytest.fixture(params=["rest", "xml"])
def sage(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[Sage]:
    """A fresh company with the accounts of payouts."""
    books = simulator.company.books
    for account in sorted(ACCOUNTS):
        if books.by_id("account", account) is None:
            books.create("account", {"id": account, "name": f"Account {account}"})
    with closing(RestRig(simulator)) as rest:
        yield Sage(simulator, rest, request.param)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each["id"])
def test_a_scenario_leaves_its_balances_in_the_books(
    scenario: dict[str, Any], sage: Sage, show: Callable[[str, Iterable[Posting]], None]
) -> None:
    life = LIVES[scenario["life"]]()
    sage.live(life)
    entries = play(life).entries.values()
    show(f"{scenario['id']} {scenario['title']}", [entry.posting for entry in entries])

    ledger = sage.simulator.balances()

    expected = {
        account: Decimal(amount)
        for account, amount in (part.split() for part in scenario["balances"].split(";"))
    }
    assert {account: ledger.get(account, Decimal(0)) for account in expected} == expected


@pytest.mark.parametrize("name", SHARED)
def test_every_life_of_a_payout_is_taken_by_sage_and_balances(name: str, sage: Sage) -> None:
    sage.live(LIVES[name]())

    assert sum(sage.simulator.balances().values()) == 0
