"""Deletions and lost permissions told apart on the simulated company, for every kind, both ways.

What the role is denied, what it is probed for, and what the comparison then makes of it is the real
chain: reads, probe and comparison; only what our tables name is made up.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from intacct.capabilities import Protocol
from intacct.permissions import KEPT_READS
from intacct.reading import Kept
from intacct.rest.permission_probe import PermissionProbe
from intacct.watermarks import Reading, Watermark
from shared.changes.comparing import Comparer, ComparerParts, Sight, UnseenError
from shared.changes.pace import Place
from shared.changes.ports import How, Known
from shared.changes.sight import RoleSight
from tests.contract.actions.teller import TODAY, Teller
from tests.contract.test_every_read import told
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.changes.memory import MemoryTombstones
from tests.unit.changes.rig import Names, Told, tenant

TABLES = {
    Kept.CUSTOMER: "customer",
    Kept.CONTACT: "contact",
    Kept.ITEM: "item",
    Kept.WAREHOUSE: "warehouse",
    Kept.SALES_DOCUMENT: "sales_document",
    Kept.AR_INVOICE: "ar_invoice",
    Kept.ADJUSTMENT: "ar_adjustment",
    Kept.ADVANCE: "ar_advance",
    Kept.PAYMENT: "ar_payment",
    Kept.JOURNAL_ENTRY: "journal_entry",
}
BY_ID = frozenset({Kept.CONTACT, Kept.WAREHOUSE})
RIGHTS = ["list", "view", "add", "edit", "delete"]


class Rig:
    """What compares a told company's records as the user of one protocol."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        clock = FakeClock(TODAY)
        self.handler, self.names, self.reviews = Told(clock), Names(), MemoryReviews()
        numbers = itertools.count(1)

        def probe(_: object, entity: str) -> PermissionProbe:
            return PermissionProbe(
                teller.rest, entity=entity, new_key=lambda: f"probe-{next(numbers)}"
            )

        self.sight = RoleSight(probe)
        self.comparer = Comparer(
            ComparerParts(
                reads_of=lambda *_: teller.reads,
                probe=self.sight,
                known=[self.names],
                handlers=[self.handler],
                tombstones=MemoryTombstones(),
                reviews=self.reviews,
                clock=clock,
            )
        )

    def know_all(self, kind: Kept) -> Place:
        """Name all records of a kind as our tables do: contacts and warehouses by id."""
        place, reads = Place("100", kind), self.teller.reads
        found = reads.standings(kind, reads.keys(kind))
        self.names.named[place] = [Known("" if kind in BY_ID else one.key, one.id) for one in found]
        return place

    def deny(self, *tables: str) -> None:
        """The user's role covers everything but these."""
        books = self.teller.company.books
        user = books.by_id("user", self.teller.company.credentials.user_id)
        assert user is not None
        every = dict.fromkeys((*TABLES.values(), "audit_history"), RIGHTS)
        left = {name: have for name, have in every.items() if name not in tables}
        with books.store.transaction():
            books.store.change("user", user["key"], permissions=left)


@pytest.fixture(params=list(Protocol), scope="module")
def teller(request: pytest.FixtureRequest) -> Iterator[Teller]:
    with Teller(request.param) as teller:
        told(teller)
        yield teller


@pytest.fixture
def rig(teller: Teller) -> Iterator[Rig]:
    rig = Rig(teller)
    yield rig
    rig.deny()


@pytest.mark.parametrize("kind", list(Kept))
def test_a_kind_that_the_role_lost_is_refused_probed_and_never_buried(rig: Rig, kind: Kept) -> None:
    place = rig.know_all(kind)
    assert rig.names.named[place], f"the story makes no {kind}"
    assert rig.sight(tenant(), place) is not Sight.BLIND
    rig.comparer.look(tenant(), place)
    rig.deny(TABLES[kind])

    with pytest.raises(UnseenError):
        rig.comparer.look(tenant(), place)

    assert rig.sight(tenant(), place) is Sight.BLIND
    assert rig.handler.buried == []


@pytest.mark.parametrize("kind", list(Kept))
def test_a_record_that_is_not_there_is_gone_while_the_others_are_shown(
    rig: Rig, kind: Kept
) -> None:
    """Without the audit permission: comparison alone."""
    rig.deny("audit_history")
    place = rig.know_all(kind)
    absent = Known("", "NOT-THERE") if kind in BY_ID else Known("999999", "NOT-THERE")
    rig.names.named[place].append(absent)

    rig.comparer.look(tenant(), place)

    ((_, gone),) = rig.handler.buried
    assert (gone.kind, gone.key, gone.id, gone.how) == (kind, absent.key, absent.id, How.ABSENT)


def test_every_kind_has_its_permissions() -> None:
    assert set(KEPT_READS) == set(Kept) == set(TABLES)


def test_changes_tell_who_made_them(rig: Rig) -> None:
    kinds = (Kept.CUSTOMER, Kept.SALES_DOCUMENT, Kept.AR_INVOICE, Kept.JOURNAL_ENTRY)

    for kind in kinds:
        found = list(rig.teller.reads.changes(kind, Reading(Watermark(), started_at=TODAY)))
        assert found
        assert all(one.modified_by for one in found)
