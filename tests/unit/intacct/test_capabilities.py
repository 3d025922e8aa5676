"""The tables of actions and reads: what a tenant may choose, and what the documentation says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from intacct.capabilities import (
    CAPABILITIES,
    READS,
    Action,
    CapabilityError,
    Protocol,
    Read,
    protocols,
    read_protocols,
)
from intacct.customer_search import CustomerBy, CustomerSearch
from intacct.item_search import ItemBy, ItemSearch
from intacct.read_router import IntacctReads
from intacct.reading import Kept, Marked
from intacct.watermarks import Reading, Watermark

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "intacct-actions.md"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = date(2026, 11, 20)
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| (.+) \| (REST|XML) \|$", re.MULTILINE)


def test_the_documentation_has_the_tables_of_the_code() -> None:
    told = {
        name: ({"rest": rest != "not offered", "xml": xml != "not offered"}, served.lower())
        for name, rest, xml, served in ROW.findall(DOCUMENTATION.read_text())
    }

    assert told == {
        name.value: (
            {protocol.value: protocol in capability.offered for protocol in Protocol},
            capability.default.value,
        )
        for name, capability in (*CAPABILITIES.items(), *READS.items())
    }


def test_actions_and_reads_share_one_set_of_names() -> None:
    assert {action.value for action in Action}.isdisjoint({read.value for read in Read})
    assert set(READS) == set(Read)
    for capability in (*CAPABILITIES.values(), *READS.values()):
        assert capability.default in capability.offered
        assert capability.found_by is None or capability.found_by in capability.offered


def test_a_tenant_chooses_for_actions_and_for_reads_in_one_place() -> None:
    chosen = {"customer": "xml", "standings": "xml", "deletions": "rest"}

    assert protocols(chosen)[Action.CUSTOMER] is Protocol.XML
    assert read_protocols(chosen)[Read.STANDINGS] is Protocol.XML
    assert read_protocols(chosen)[Read.DELETIONS] is Protocol.REST
    assert read_protocols({})[Read.STANDINGS] is Protocol.REST


@pytest.mark.parametrize("choose", [protocols, read_protocols])
def test_what_is_not_offered_is_refused_by_name(choose: Any) -> None:
    wrong = {"trial_balance": "rest", "periods": "xml", "reverse_advance": "xml", "fax": "xml"}

    with pytest.raises(CapabilityError) as caught:
        choose(wrong)

    assert all(name in str(caught.value) for name in wrong)


class FakeReader:
    """Remembers what it was asked; any method will do."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def answer(*_: object) -> list[object]:
            self.asked.append(name)
            return []

        return answer


def ask_everything(reads: IntacctReads) -> None:
    reads.dimensions()
    reads.dimension_values("DEPARTMENT")
    reads.stock_levels()
    reads.standings(Kept.CUSTOMER, ["1"])
    reads.customers(CustomerSearch(CustomerBy.ID, ("C-1",)))
    reads.items(ItemSearch(ItemBy.ID, ("MUG",)))
    reads.changes(Kept.CUSTOMER, Reading(Watermark(), started_at=NOW))
    reads.keys(Kept.CUSTOMER)
    reads.deletions(Kept.CUSTOMER, NOW)
    reads.read_back(Marked.ADVANCE, ["1001-ADV-ABC"])
    reads.count_lines(["17"])
    reads.periods()
    reads.trial_balance(DAY, DAY)
    reads.ledger_lines(DAY, DAY)
    reads.stock_costs()


@pytest.mark.parametrize("preferred", list(Protocol))
def test_each_read_goes_by_the_protocol_that_was_chosen(preferred: Protocol) -> None:
    chosen = {
        read.value: preferred.value
        for read, capability in READS.items()
        if preferred in capability.offered
    }
    readers = {protocol: FakeReader() for protocol in Protocol}
    reads = IntacctReads(
        rest=lambda: readers[Protocol.REST],
        xml=lambda: readers[Protocol.XML],
        protocols=read_protocols(chosen),
    )

    ask_everything(reads)

    for read, protocol in read_protocols(chosen).items():
        assert readers[protocol].asked.count(read.value) == 1
    assert sum(len(reader.asked) for reader in readers.values()) == len(READS)


def test_nothing_is_built_before_it_is_asked() -> None:
    def never() -> Any:
        raise AssertionError

    reads = IntacctReads(rest=FakeReader, xml=never, protocols=read_protocols({}))

    assert reads.dimensions() == []
