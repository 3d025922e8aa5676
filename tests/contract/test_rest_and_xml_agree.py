"""The same documents through REST and through XML make the same books and are found alike."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from intacct.documents import (
    AccountLine,
    Application,
    ArInvoice,
    CreditKind,
    Customer,
    Document,
    DocumentResult,
)
from intacct.results import Found
from tests.contract.conftest import RestRig, Simulator
from tests.contract.test_rest_actions import (
    AT,
    CUSTOMER,
    DAY,
    ORDER,
    advance,
    credit_memo,
    entry,
    invoice,
    paid,
    usd,
)
from tests.contract.xml_rig import XmlRig


@dataclass
class Wire:
    """One protocol's worker: what it posted, and what it found of it again."""

    create: Callable[[Document], DocumentResult]
    find: Callable[[Document], list[Found]]
    posted: list[Document] = field(default_factory=list)

    def post(self, document: Document) -> DocumentResult:
        self.posted.append(document)
        return self.create(document)


def customers(wire: Wire) -> None:
    wire.post(CUSTOMER)
    wire.post(Customer("C-2", "No contact"))


def order_to_cash(wire: Wire) -> None:
    wire.post(CUSTOMER)
    money = wire.post(advance())
    order = wire.post(ORDER)
    billed = wire.post(invoice(order.key))
    credit = Application(billed.invoice_key, usd("60.00"), CreditKind.ADVANCE, money.key)
    wire.post(paid("0", credit, reference="1001-APP-ABC"))
    wire.post(paid("9.95", Application(billed.invoice_key, usd("9.95"))))


def receivables(wire: Wire) -> None:
    wire.post(CUSTOMER)
    wire.post(ArInvoice("R-INV", "C-1001", DAY, DAY, (AccountLine("4000", usd("500.00"), AT),)))
    wire.post(credit_memo())


def journals(wire: Wire) -> None:
    wire.post(entry())


SCENARIOS = [customers, order_to_cash, receivables, journals]


def by_rest(simulator: Simulator, scenario: Callable[[Wire], None]) -> tuple[Any, Any]:
    with closing(RestRig(simulator)) as rig:
        wire = Wire(rig.post, rig.actions.find)
        scenario(wire)
        return simulator.balances(), seen(wire)


def by_xml(scenario: Callable[[Wire], None]) -> tuple[Any, Any]:
    rig = XmlRig()
    actions = rig.actions("100")
    wire = Wire(
        lambda document: actions.create(document, control_id=f"c-{len(wire.posted)}"),
        actions.find,
    )
    scenario(wire)
    rows = rig.company.books.trial_balance()
    balances: dict[str, Any] = {}
    for row in rows:
        balances[row.account] = balances.get(row.account, 0) + row.debit - row.credit
    found = seen(wire)
    rig.http.close()
    return {account: amount for account, amount in balances.items() if amount}, found


def seen(wire: Wire) -> list[tuple[Any, ...]]:
    """What a look-up says of each document; payments state their cash or what they applied."""
    described = []
    for document in wire.posted:
        (found,) = wire.find(document)
        described.append(
            (
                type(document).__name__,
                found.reference,
                found.customer,
                str(found.total or ""),
                bool(found.result.key),
                bool(found.result.invoice_key),
            )
        )
    return described


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_both_protocols_come_to_the_same_books(
    simulator: Simulator, scenario: Callable[[Wire], None]
) -> None:
    rest_balances, rest_found = by_rest(simulator, scenario)
    xml_balances, xml_found = by_xml(scenario)
    assert rest_balances == xml_balances
    assert rest_found == xml_found


def test_what_rest_wrote_is_found_over_xml_under_the_same_key(simulator: Simulator) -> None:
    with closing(RestRig(simulator)) as rest:
        wire = Wire(rest.post, rest.actions.find)
        order_to_cash(wire)
    xml = XmlRig(simulator.company)
    for document in wire.posted:
        (by_name,) = rest_find(simulator, document)
        (by_mark,) = xml.actions("100").find(document)
        assert by_mark.result.key == by_name.result.key  # U24
        assert by_mark.customer == by_name.customer
    xml.http.close()


def rest_find(simulator: Simulator, document: Document) -> list[Found]:
    with closing(RestRig(simulator)) as rest:
        return rest.actions.find(document)
