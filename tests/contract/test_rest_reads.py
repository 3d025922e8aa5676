"""What is read from the simulator over REST: changes, deletions, models, periods, custom data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from commerce.money import Money
from intacct.changes import UpdateMaster
from intacct.deletions import compare
from intacct.documents import (
    AccountLine,
    ArInvoice,
    Contact,
    Customer,
    Dimensions,
    JournalEntry,
    JournalLine,
    Side,
)
from intacct.errors import RejectedError
from intacct.masters import CustomRecord, DimensionEntry, DimensionKind
from intacct.rest import custom_records, deletions
from intacct.rest.changed_rows import changed_rows
from intacct.rest.dimensions import dimensions, values
from intacct.rest.models import model
from intacct.rest.periods import periods
from intacct.rest.query import Query
from intacct.rest.records import RestRecords
from intacct.rest.wire import object_path
from intacct.watermarks import Reading, Watermark
from tests.contract.conftest import RestRig, Simulator

DAY = date(2026, 11, 20)
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = Dimensions(location="100", department="WEB")
CUSTOMERS = Query("accounts-receivable/customer", ("id", "name"), include_private=True)
CHANNEL = CustomRecord("channel", (("name", "Web"), ("code", "W")))


class Rig(RestRig):
    """The REST rig with records, at a clock that the test moves."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.records = RestRecords(self.client, entity="100")
        self.now = START
        self.simulator.post("clock", {"set": START.isoformat(), "freeze": True})
        self.watermark = Watermark()

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.simulator.post("clock", {"advance_seconds": seconds})

    def changes(self) -> list[str]:
        reading = Reading(self.watermark, started_at=self.now)
        found = changed_rows(self.client, CUSTOMERS, reading, entity="100", page_size=2)
        ids = [str(row["id"]) for row in found]
        self.watermark = reading.watermark
        return ids

    def customer(self, number: int) -> Customer:
        customer = Customer(f"C-{number}", f"Customer {number}")
        self.post(customer)
        return customer

    def rename(self, customer: Customer, name: str) -> None:
        (found,) = self.actions.find(customer)
        update = UpdateMaster(found.result.key, replace(customer, name=name), frozenset({"name"}))
        self.records.change(update, idempotency_key=f"rename-{name}")


@pytest.fixture
def rig(simulator: Simulator) -> Iterator[Rig]:
    with closing(Rig(simulator)) as rig:
        yield rig


def test_each_change_of_a_customer_is_read_once(rig: Rig) -> None:
    first, second, third = (rig.customer(number) for number in range(3))
    assert rig.changes() == ["C-0", "C-1", "C-2"]
    assert rig.changes() == []

    rig.pass_time(60)
    rig.rename(second, "Renamed")
    assert rig.changes() == ["C-1"]

    rig.pass_time(3600)
    rig.rename(first, "Late")
    rig.rename(third, "Late too")
    assert rig.changes() == ["C-0", "C-2"]
    assert rig.changes() == []


def test_a_deleted_customer_is_noticed_by_its_key_and_in_the_audit_history(rig: Rig) -> None:
    for number in range(3):
        rig.customer(number)
    known = list(deletions.keys(rig.client, "accounts-receivable/customer", entity="100"))
    rig.pass_time(60)
    rig.client.delete(object_path("accounts-receivable/customer", known[1]), entity="100")

    present = deletions.keys(rig.client, "accounts-receivable/customer", entity="100")

    assert compare(known, present).deleted == {known[1]}
    (told,) = deletions.audited(rig.client, "accounts-receivable/customer", START)
    assert told.identifier == "C-1"
    assert told.deleted_at == START + timedelta(seconds=60)


def test_a_model_tells_fields_references_words_and_verbs(rig: Rig) -> None:
    rig.simulator.post("seed", {"custom_fields": [{"object": "customer", "name": "LOYALTY"}]})

    found = model(rig.client, "accounts-receivable/customer")

    assert found.custom_fields == ("LOYALTY",)
    assert found.fields["term"].target == "accounts-receivable/term"
    assert found.fields["status"].words == ("active", "inactive")
    assert found.fields["totalDue"].is_read_only
    assert not found.fields["id"].is_mutable
    assert {"GET", "POST", "PATCH", "DELETE"} <= found.verbs
    assert found.takes_idempotency_keys
    wanted = ["name", "contacts.default.email1", "nsp::LOYALTY", "nsp::GONE", "term.id"]
    assert found.lacks(wanted) == ("nsp::GONE",)
    with pytest.raises(RejectedError):
        model(rig.client, "accounts-receivable/nonsense")


def test_all_that_we_write_is_in_the_models_of_the_objects(rig: Rig) -> None:
    written = {
        "accounts-receivable/customer": ("id", "name", "status", "currency", "term", "taxId"),
        "general-ledger/journal-entry": ("glJournal", "referenceNumber", "automaticReversalDate"),
        "accounts-receivable/invoice": ("invoiceNumber", "referenceNumber", "lines"),
    }
    for name, fields in written.items():
        assert model(rig.client, name).lacks(fields) == ()


def test_periods_have_both_their_days_and_come_shortest_first(rig: Rig) -> None:
    found = periods(rig.client)

    month = next(period for period in found if period.holds(DAY))
    assert (month.starts_on, month.ends_on) == (date(2026, 11, 1), date(2026, 11, 30))
    lengths = [(period.ends_on - period.starts_on).days for period in found]
    assert lengths == sorted(lengths)


def test_a_new_value_of_a_dimension_is_listed_with_the_others(rig: Rig) -> None:
    popup = DimensionEntry(DimensionKind.DEPARTMENT, "POPUP", "Pop-up store")
    rig.records.create(popup, idempotency_key="k-1")

    listed = {value.id: value for value in values(rig.client, "DEPARTMENT", entity="100")}
    assert listed["POPUP"].is_active
    assert {"SALES", "WEB"} <= set(listed)


def with_channel(rig: Rig) -> str:
    objects = [{"name": "channel", "label": "Channel", "is_dimension": True, "fields": ["code"]}]
    rig.simulator.post("seed", {"custom_objects": objects})
    return rig.records.create(CHANNEL, idempotency_key="channel").key


def test_a_record_of_a_custom_object_is_made_found_changed_and_read(rig: Rig) -> None:
    key = with_channel(rig)

    (found,) = rig.records.find(CHANNEL)
    assert found.result.key == key
    shop = CustomRecord("channel", (("name", "Shop"), ("code", "")))
    custom_records.update(rig.client, shop, key, entity="100", idempotency_key="k-2")

    read = dict(custom_records.fields_of(rig.client, CHANNEL, key, entity="100"))
    assert (read["name"], read["code"]) == ("Shop", "")
    assert rig.records.find(CHANNEL) == []


def test_a_user_defined_dimension_goes_on_a_line_by_its_key(rig: Rig) -> None:
    key = with_channel(rig)
    at = replace(AT, custom=(("channel", key),))
    lines = (
        JournalLine("5000", Side.DEBIT, Money.of("3.00", "USD"), at),
        JournalLine("1300", Side.CREDIT, Money.of("3.00", "USD"), AT),
    )

    made = rig.post(JournalEntry("JE-1", "GJ", DAY, "Cost", lines))

    read: Any = rig.client.get(object_path("general-ledger/journal-entry", made.key)).reference()
    assert read["lines"][0]["dimensions"]["nsp::channel"]["key"] == key
    own = [one for one in dimensions(rig.client) if one.is_user_defined]
    assert [value.name for value in values(rig.client, own[0].name)] == ["Web"]


def test_custom_fields_of_documents_and_masters_are_kept(rig: Rig) -> None:
    fields = [
        {"object": "customer", "name": "LOYALTY"},
        {"object": "ar_invoice", "name": "SHOP_ORDER"},
    ]
    rig.simulator.post("seed", {"custom_fields": fields})
    customer = Customer("C-1", "Ada", Contact("C-1", "Ada"), custom=(("LOYALTY", "gold"),))
    made = rig.post(customer)

    lines = (AccountLine("4000", Money.of("5.00", "USD"), AT),)
    invoice = ArInvoice("INV-1", "C-1", DAY, DAY, lines, custom=(("SHOP_ORDER", "77812"),))
    invoiced = rig.post(invoice)
    rig.records.change(
        UpdateMaster(made.key, replace(customer, custom=(("LOYALTY", ""),)), frozenset({"custom"})),
        idempotency_key="k-2",
    )

    read: Any = rig.client.get(object_path("accounts-receivable/customer", made.key)).reference()
    assert read["nsp::LOYALTY"] in (None, "")
    read = rig.client.get(object_path("accounts-receivable/invoice", invoiced.key)).reference()
    assert read["nsp::SHOP_ORDER"] == "77812"
