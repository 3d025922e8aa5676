"""Documents read back by our references, over REST, from a company that holds all their kinds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal

import pytest

from commerce.money import Money
from intacct.reading import Marked
from intacct.rest import read_back
from intacct.rest.book_reads import RestBookReads
from intacct.xml.book_reads import XmlBookReads
from local.intacct_simulator.company import Company
from shared.postings.plan import PostingKind
from shared.reconciliation.documents import MARKED_AS
from tests.accounting.lives import order_a_one_tee_restocked
from tests.contract.conftest import RestRig
from tests.contract.xml_rig import XmlRig
from tests.scenarios.conftest import Sage, sage, simulator

__all__ = ["sage", "simulator"]


@pytest.fixture
def reads(sage: Sage) -> Iterator[RestBookReads]:
    with closing(RestRig(sage.simulator)) as rest:
        yield RestBookReads(rest.client, entity="100")


def test_every_document_of_an_order_is_read_back_as_it_was_sent(
    sage: Sage, reads: RestBookReads
) -> None:
    played = sage.live(order_a_one_tee_restocked())

    for posting in played.postings.values():
        kind = MARKED_AS[posting.kind]
        reference = getattr(posting.document, "reference")  # noqa: B009  # all of these have one
        (found,) = reads.read_back(kind, [reference])
        result = played.posted[posting.key]
        assert (found.kind, found.reference, found.key) == (kind, reference, result.key)
        assert found.dated_on == posting.true_on
        assert found.modified_at is not None
        if kind is not Marked.JOURNAL_ENTRY:
            assert found.customer == "C-ADA"
    kinds = {posting.kind for posting in played.postings.values()}
    assert PostingKind.CREDIT_MEMO in kinds
    assert PostingKind.CUSTOMER_REFUND in kinds


def test_totals_come_without_their_sign(sage: Sage, reads: RestBookReads) -> None:
    played = sage.live(order_a_one_tee_restocked())
    memo = next(
        one for one in played.postings.values() if one.kind is PostingKind.CREDIT_MEMO
    ).document

    (found,) = reads.read_back(Marked.ADJUSTMENT, [memo.reference])  # type: ignore[union-attr]

    assert found.total == Money(Decimal("24.50"), "USD")


def test_what_is_not_there_does_not_come_and_costs_no_more(
    sage: Sage, reads: RestBookReads
) -> None:
    references = [f"NOBODY-{number}" for number in range(2500)]
    before = sum(sage.simulator.get("log")["transactions"].values())

    assert list(reads.read_back(Marked.ADVANCE, references)) == []
    used = sum(sage.simulator.get("log")["transactions"].values()) - before

    assert used == -(-2500 // read_back.REFERENCES_MAX)


def test_what_was_touched_since_an_instant_comes(sage: Sage, reads: RestBookReads) -> None:
    sage.live(order_a_one_tee_restocked())
    now = sage.simulator.company.clock.now()

    early = list(reads.modified(Marked.ADVANCE, now - timedelta(hours=1)))
    late = list(reads.modified(Marked.ADVANCE, now + timedelta(hours=1)))

    assert [one.total for one in early] == [Money.of("69.95", "USD")]
    assert late == []


def test_lines_of_the_ledger_name_the_document_behind_them(sage: Sage) -> None:
    played = sage.live(order_a_one_tee_restocked())
    company: Company = sage.simulator.company
    over_xml = XmlBookReads(XmlRig(company).gateway, entity="100")

    lines = list(over_xml.ledger_lines(date(2026, 3, 1), date(2026, 3, 31)))

    keys = {played.posted[one.key].key for one in played.postings.values() if one.effect}
    assert {line.record for line in lines} == keys


@pytest.mark.parametrize("kind", Marked)
def test_every_kind_can_be_asked_for(reads: RestBookReads, kind: Marked) -> None:
    assert list(reads.read_back(kind, ["NOBODY"])) == []
