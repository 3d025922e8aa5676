"""Books at the simulator, spoken to as in production: REST first, XML where it must be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import Any

import pytest

from commerce.orders import Facts
from intacct.capabilities import protocols
from intacct.documents import Customer, DocumentResult
from intacct.router import IntacctBooks
from local.intacct_simulator.books.books import Books
from local.intacct_simulator.company import Company
from shared.ledger.references import resolved
from shared.postings.book import StoreBook
from shared.postings.keys import control_id
from shared.postings.plan import Posted, Posting
from shared.postings.planner import plan
from tests.accounting.journals import Played, name_of
from tests.accounting.lives import OrderLife
from tests.contract.conftest import RestRig, Simulator, simulator
from tests.contract.xml_rig import XmlRig
from tests.scenarios.t_accounts import t_accounts, t_accounts_in

__all__ = ["simulator"]


class Sage:
    """Carries plans out at the simulated company, through the router and both protocols."""

    def __init__(self, company: Simulator, rest: RestRig) -> None:
        self.simulator = company
        self._rest = rest
        self._xml = XmlRig(company.company)
        self.speak({})

    def speak(self, overrides: dict[str, str]) -> None:
        """Let actions travel by another protocol than usual."""
        self._books = IntacctBooks(
            rest=lambda: self._rest.actions,
            xml=lambda: self._xml.actions("100"),
            protocols=protocols(overrides),
        )

    def add_customer(self, customer: str) -> None:
        """The customer that `customer_sync` would have made."""
        document = Customer(customer, "Ada Example")
        self._books.create(document, control_id=customer, idempotency_key=customer)

    def live(self, life: OrderLife) -> Played:
        """Plan each stage against what Sage answered before, and post what is missing."""
        played = Played()
        for stage in life.stages:
            self.go_on(stage, life.book, played)
        return played

    def go_on(self, known: Facts, book: StoreBook, played: Played) -> None:
        """Plan what is known now beside what was played, and post what is missing."""
        planned = plan(known, played.posted, book)
        assert not planned.findings, planned.findings
        for posting in planned.postings:
            played.posted[posting.key] = self._post(posting, played.posted)
            played.postings[name_of(posting)] = posting
        assert plan(known, played.posted, book).postings == ()

    def post(self, posting: Posting) -> DocumentResult:
        """Post one posting that refers to no other."""
        return self._post(posting, {})

    def _post(self, posting: Posting, posted: Posted) -> DocumentResult:
        document = resolved(posting.document, posted)
        key = control_id(posting.key)
        return self._books.create(document, control_id=key, idempotency_key=key)


@pytest.fixture
def sage(simulator: Simulator) -> Iterator[Sage]:  # pytest's way of naming fixtures
    """A fresh company with the customer and the places of the lives."""
    with closing(RestRig(simulator)) as rest:
        company = Sage(simulator, rest)
        company.add_customer("C-ADA")
        simulator.company.books.create(
            "location", {"id": "WEB", "name": "Web shop", "parent": "100"}
        )
        yield company


@pytest.fixture
def show(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, Played | Iterable[Posting]], None]:
    """With -v the T-accounts are printed, for an accountant to read."""

    def shown(title: str, played: Played | Iterable[Posting]) -> None:
        if request.config.get_verbosity() > 0:
            postings = played.postings.values() if isinstance(played, Played) else played
            with capsys.disabled():
                sys.stdout.write(f"\n\n{title}\n\n{t_accounts(postings)}\n\n")

    return shown


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None]:
    """With -v a test that shows nothing by itself prints the whole ledger it leaves behind."""
    yield
    books = _books_of(item.funcargs)
    if item.config.get_verbosity() < 1 or "show" in item.funcargs or books is None:
        return
    capture = item.config.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        sys.stdout.write(f"\n\n{item.name}\n\n{t_accounts_in(books)}\n\n")


def _books_of(fixtures: dict[str, Any]) -> Books | None:
    """The books of the simulated company that the test works with, if it has one."""
    for fixture in fixtures.values():
        held = getattr(fixture, "teller", fixture)
        company = getattr(held, "company", None)
        if isinstance(company, Company):
            return company.books
    return None
