"""Warehouses that a tenant's document names: people are told which cannot be used, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intacct.reading import Kept
from shared.changes.ports import Change, Gone, How, Known
from shared.changes.warehouses import WarehouseChanges, warehouse_subject, warehouses_of
from shared.postings.findings import Reason
from shared.tenants.models import Tenant
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.changes.rig import tenant


class Rig:
    """A tenant whose stock is at W1 and whose goods are sold from W2."""

    def __init__(self) -> None:
        self.clock, self.reviews = FakeClock(), MemoryReviews()
        self.changes = WarehouseChanges(self.reviews, clock=self.clock)
        plain = tenant()
        store = plain.stores[0]
        mapping = replace(store.mapping, warehouse="W2")
        stores = (store.model_copy(update={"mapping": mapping}),)
        self.tenant: Tenant = plain.model_copy(update={"stores": stores})

    def change(self, warehouse: str, state: str) -> None:
        change = Change(Kept.WAREHOUSE, "7", warehouse, "", state, self.clock())
        self.changes.changed(self.tenant, "", [change])

    def bury(self, warehouse: str) -> None:
        gone = Gone(Kept.WAREHOUSE, "", How.ABSENT, id=warehouse)
        self.changes.gone(self.tenant, "", [gone])

    def is_open(self, warehouse: str) -> bool:
        return self.reviews.is_open("acme", warehouse_subject(warehouse))


def test_every_warehouse_of_the_document_is_named_by_its_id() -> None:
    rig = Rig()

    assert warehouses_of(rig.tenant) == {"W1", "W2"}
    known = list(rig.changes.known(rig.tenant, "", Kept.WAREHOUSE))
    assert known == [Known("", "W1"), Known("", "W2")]
    assert list(rig.changes.known(rig.tenant, "100", Kept.WAREHOUSE)) == []
    assert list(rig.changes.known(rig.tenant, "", Kept.ITEM)) == []


@pytest.mark.parametrize("how", ["gone", "inactive"])
def test_people_are_told_until_it_can_be_used_again(how: str) -> None:
    rig = Rig()

    if how == "gone":
        rig.bury("W1")
    else:
        rig.change("W1", "inactive")

    (review,) = rig.reviews.all("acme")
    assert (review.subject, review.reasons) == ("warehouse:W1", (Reason.MAPPING_MISSING,))
    rig.change("W1", "active")
    assert not rig.is_open("W1")


def test_warehouses_that_nobody_names_matter_to_nobody() -> None:
    rig = Rig()

    rig.change("W9", "inactive")
    rig.changes.changed(
        rig.tenant, "100", [Change(Kept.WAREHOUSE, "7", "W1", "", "inactive", rig.clock())]
    )
    rig.changes.changed(rig.tenant, "", [Change(Kept.ITEM, "7", "W1", "", "inactive", rig.clock())])

    assert list(rig.reviews.all("acme")) == []
