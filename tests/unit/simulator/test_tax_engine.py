"""A company whose own tax engine works the taxes of Order Entry documents out again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.simulator.xml_desk import Desk, balance, customer, key_of, order, value

RATES = {"TAX-NYS": "4", "TAX-NYC": "4.5", "TAX-MTA": "0.375"}
LINES = (
    ("TEE", "50.00"),
    ("DISCOUNT", "-5.00"),
    ("MUG", "12.50"),
    ("DISCOUNT", "-1.25"),
    ("SHIPPING", "8.00"),
    ("TAX-NYS", "2.57"),
    ("TAX-NYC", "2.89"),
    ("TAX-MTA", "0.24"),
)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.rows(customer("C-1"))
    made.company.switches.tax_engine_rates = dict(RATES)
    return made


def order_a(definition: str) -> str:
    """Order A of the accounting reference, its taxes as lines."""
    document = order("C-1", definition)
    before, _, rest = document.partition("<sotransitems>")
    _, _, after = rest.partition("</sotransitems>")
    rows = "".join(
        f"<sotransitem><itemid>{item}</itemid><quantity>1</quantity><unit>Each</unit>"
        f"<price>{price}</price><locationid>100</locationid></sotransitem>"
        for item, price in LINES
    )
    return f"{before}<sotransitems>{rows}</sotransitems>{after}"


def test_the_engine_taxes_line_by_line_and_adds_what_it_insists_on(desk: Desk) -> None:
    """City tax of 4.5 % on 45.00, 11.25 and 8.00 comes to 2.90 (accounting reference §9)."""
    key_of(desk.result(order_a("Sales Invoice")))

    assert value(desk, "SODOCUMENT", "SUBTOTAL") == "69.95"
    assert value(desk, "SODOCUMENT", "TOTAL") == "69.96"
    assert value(desk, "SODOCUMENTSUBTOTALS", "TOTAL") == "0.01"
    assert value(desk, "ARINVOICE", "TOTALENTERED") == "69.96"
    taxes = [balance(desk, account) for account in ("2100-NYS", "2100-NYC", "2100-MTA")]
    assert taxes == [Decimal("-2.57"), Decimal("-2.90"), Decimal("-0.24")]
    assert balance(desk, "1200") == Decimal("69.96")


def test_an_order_that_posts_nothing_is_taxed_too(desk: Desk) -> None:
    key_of(desk.result(order_a("Sales Order")))

    assert value(desk, "SODOCUMENT", "TOTAL") == "69.96"


def test_a_document_that_carries_no_tax_is_left_alone(desk: Desk) -> None:
    key_of(desk.result(order("C-1", "Sales Invoice")))

    assert value(desk, "SODOCUMENT", "TOTAL") == value(desk, "SODOCUMENT", "SUBTOTAL")


def test_without_rates_there_is_no_engine(desk: Desk) -> None:
    desk.company.switches.tax_engine_rates = {}

    key_of(desk.result(order_a("Sales Invoice")))

    assert value(desk, "SODOCUMENT", "TOTAL") == "69.95"


def test_a_changed_document_is_taxed_anew_and_not_twice(desk: Desk) -> None:
    key = key_of(desk.result(order_a("Sales Invoice")))

    desk.result(
        f'<update_sotransaction key="{key}"><message>changed</message></update_sotransaction>'
    )

    assert value(desk, "SODOCUMENT", "TOTAL") == "69.96"
