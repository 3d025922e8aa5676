"""Fees at capture come to the same on a channel of daily journals and on one in detail (R-6.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings

from commerce.orders import Facts
from intacct.documents import JournalEntry, JournalLine
from shared.gl.contents import contents_of
from shared.policy.choices import FeesOn, PostingMode, TaxPoint
from shared.postings.book import StoreBook
from shared.postings.plan import Plan
from shared.postings.planner import plan
from tests.accounting.journals import net
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.unit.postings.any_order import STORIES, Story

_SETTINGS = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.generate],
)
_PASSES = ("1200", "2050")
"""Where detail bills and takes money; a daily journal of cash sales has no receivables (R-11.1)."""


def booked(story: Story, mode: PostingMode) -> StoreBook:
    """The story's books with fees at capture."""
    policy = replace(
        story.book.policy, fees_on=FeesOn.CAPTURE, posting_mode=mode, tax_point=TaxPoint.INVOICE
    )
    chart = replace(story.book.mapping, accounts=PAYOUT_ACCOUNTS)
    return replace(story.book, mapping=chart, policy=policy)


def told(story: Story) -> Facts:
    """The story, with three in a hundred of each receipt kept by its gateway."""
    known = story.facts()
    share = Decimal("0.03")
    kept = (replace(each, fee=(each.amount * share).rounded()) for each in known.payments)
    return replace(known, payments=tuple(kept))


def expenses(dated: Iterable[tuple[date, Iterable[JournalLine]]]) -> Counter[tuple[date, str]]:
    return Counter(
        (on, line.amount.plain()) for on, lines in dated for line in lines if line.account == "6100"
    )


def lines_of_documents(made: Plan) -> Iterable[tuple[date, Iterable[JournalLine]]]:
    for posting in made.postings:
        if isinstance(posting.document, JournalEntry):
            yield posting.document.posted_on, posting.effect


@_SETTINGS
@given(story=STORIES)
def test_daily_journals_and_single_documents_have_the_same_fees_on_the_same_days(
    story: Story,
) -> None:
    known = told(story)
    detail = plan(known, {}, booked(story, PostingMode.DETAIL))
    daily = plan(known, {}, booked(story, PostingMode.SUMMARY_DAILY))
    assert not detail.findings, detail.findings
    assert not daily.findings, daily.findings
    fees = expenses((entry.ledger_on, entry.lines) for entry in daily.day_entries)
    assert fees == expenses(lines_of_documents(detail))
    assert fees.total() == sum(1 for each in known.payments if each.fee)
    if detail.waiting:
        return
    by_day = net(line for entry in daily.day_entries for line in entry.lines)
    by_document = net(line for posting in detail.postings for line in posting.effect)
    assert {a: v for a, v in by_day.items() if v and a not in _PASSES} == {
        a: v for a, v in by_document.items() if v and a not in _PASSES
    }


@_SETTINGS
@given(story=STORIES)
def test_no_journal_of_a_day_holds_fees_beside_sales(story: Story) -> None:
    """R-11.3, and each balances by itself (R-11.10)."""
    entries = plan(told(story), {}, booked(story, PostingMode.SUMMARY_DAILY)).day_entries
    for on in {entry.ledger_on for entry in entries}:
        of_day = [entry for entry in entries if entry.ledger_on == on]
        parts = contents_of(of_day, of_day[0].store, of_day[0].currency, on).parts
        for part in parts:
            accounts = {line.account for line in part.lines}
            assert (accounts == {"6100", "1100"}) is part.is_fees
            assert ("6100" in accounts) is part.is_fees
            assert sum(net(part.lines).values()) == 0
