"""Sage's own tax engine and the deployed posting handler: the rounding line, and what is held."""

from __future__ import annotations

from decimal import Decimal

import pytest

from commerce.orders import Facts
from intacct.documents import Customer
from shared.bootstrap import books as real_books
from shared.ledger.records import State
from shared.postings.findings import Reason
from shared.tenants.models import Tenant
from tests.accounting.shop import CITY, captured, day, facts, line, mapping, order, parcel, tax
from tests.contract.conftest import Simulator, simulator
from tests.integration.order_posting_rig import PostingRig, rig, tenant
from tests.integration.test_order_posting_with_sage import post, sage

__all__ = ["rig", "sage", "simulator"]


@pytest.fixture
def taxed(rig: PostingRig, sage: Simulator) -> Simulator:
    """The company with its engine on, and the store with the mapping of the worked journals."""
    sage.company.switches.tax_engine_rates = {"TAX-NYC": "4.5"}
    known = tenant().model_dump(mode="json")
    known["intacct"] |= {
        "company_id": sage.credentials.company_id,
        "user_id": sage.credentials.user_id,
    }
    known["stores"][0]["mapping"] = Tenant.model_validate(
        known | {"stores": [known["stores"][0] | {"mapping": mapping()}]}
    ).model_dump(mode="json")["stores"][0]["mapping"]
    configured = Tenant.model_validate(known)
    keys = {"pk": {"S": "TENANT#acme"}, "sk": {"S": "CONFIG"}}
    document = {"S": configured.model_dump_json()}
    rig.client.put_item(TableName="tenants", Item={**keys, "document": document})
    real_books.books(configured, "").create(
        Customer(id="C-ADA", name="Ada"), control_id="C-ADA", idempotency_key="C-ADA"
    )
    return sage


def sold(paid: str) -> Facts:
    """A tee of 8.00, paid with its city tax before it left; by the engine that tax is 0.36."""
    city_tax = Decimal(paid) - Decimal("8.00")
    placed = order(line("tee", "8.00", taxes=(tax(CITY, str(city_tax)),)))
    sent = parcel("parcel-1", day(2), tee=1)
    return facts(placed, captured("capture-1", paid, day(1)), sent)


def balances(sage: Simulator, *accounts: str) -> dict[str, Decimal]:
    held = sage.balances()
    return {account: held[account] for account in accounts if account in held}


def test_the_order_is_paid_to_the_cent_and_the_rounding_line_counted(
    rig: PostingRig,
    taxed: Simulator,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The engine takes a cent off: what was paid would not fit on the invoice alone."""
    rig.keep(sold("8.37"))

    assert post("order-1") == {"batchItemFailures": []}

    assert rig.reviews() == []
    assert rig.kept("order-1").due_at is None
    assert {record.state for record in rig.chain("order-1").values()} == {State.DONE}
    held = balances(taxed, "1100", "1200", "2050", "2100-NYC", "7900")
    assert held == {
        "1100": Decimal("8.37"),
        "2100-NYC": Decimal("-0.36"),
        "7900": Decimal("-0.01"),
    }
    assert '"RoundingLinePosted"' in capsys.readouterr().out


def test_a_difference_beyond_the_limit_stops_the_order_before_its_money_is_applied(
    rig: PostingRig, taxed: Simulator
) -> None:
    rig.keep(sold("8.30"))

    assert post("order-1") == {"batchItemFailures": []}

    (review,) = rig.reviews()
    assert [(one.reason, str(one.difference)) for one in review.findings] == [
        (Reason.AMOUNT_MISMATCH, "0.06 USD")
    ]
    held = balances(taxed, "1200", "2050", "7900")
    assert held == {"1200": Decimal("8.36"), "2050": Decimal("-8.30")}
