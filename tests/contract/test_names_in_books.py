"""Whether the books know names of masters, asked of the simulator over REST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from intacct.changes import UpdateMaster
from intacct.masters import Item
from intacct.names import NameKind, NameState
from intacct.rest.names import MOST_OF_A_QUERY, calls_for, standings
from intacct.rest.records import RestRecords
from tests.contract.conftest import RestRig, Simulator


@pytest.fixture
def rig(simulator: Simulator) -> Iterator[RestRig]:
    with closing(RestRig(simulator)) as made:
        yield made


def test_names_are_active_inactive_or_absent(rig: RestRig) -> None:
    records = RestRecords(rig.client, entity="")
    old = Item(id="OLD", name="Old")
    made = records.create(old, idempotency_key="old-1")
    update = UpdateMaster(
        made.key, Item(id="OLD", name="Old", is_active=False), frozenset({"is_active"})
    )
    records.change(update, idempotency_key="old-2")

    found = standings(
        rig.client,
        {
            NameKind.ITEM: ["OLD", "TEE", "NOTHING"],
            NameKind.ACCOUNT: ["4000", "9999"],
            NameKind.JOURNAL: ["GJ"],
            NameKind.DEFINITION: ["Sales Order", "Sales Ordre"],
        },
        entity="100",
    )

    assert found.states == {
        (NameKind.ITEM, "OLD"): NameState.INACTIVE,
        (NameKind.ITEM, "TEE"): NameState.ACTIVE,
        (NameKind.ITEM, "NOTHING"): NameState.ABSENT,
        (NameKind.ACCOUNT, "4000"): NameState.ACTIVE,
        (NameKind.ACCOUNT, "9999"): NameState.ABSENT,
        (NameKind.JOURNAL, "GJ"): NameState.ACTIVE,
        (NameKind.DEFINITION, "Sales Order"): NameState.ACTIVE,
        (NameKind.DEFINITION, "Sales Ordre"): NameState.ABSENT,
    }
    assert found.calls == 4


def test_every_kind_of_name_can_be_asked_for_and_many_in_few_calls(rig: RestRig) -> None:
    found = standings(rig.client, {kind: ["NO-SUCH-NAME"] for kind in NameKind}, entity="")

    assert found.states == {(kind, "NO-SUCH-NAME"): NameState.ABSENT for kind in NameKind}
    names = {NameKind.ACCOUNT: [f"A{number}" for number in range(MOST_OF_A_QUERY + 1)]}

    assert calls_for(names) == 2
    assert standings(rig.client, names, entity="100").calls == 2
    assert calls_for({NameKind.ITEM: ["A", "A"], NameKind.TERM: []}) == 1
