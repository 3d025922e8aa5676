"""The journals of a payout in `summary_payout`: its money beside the sales that it pays (J-6.8).

Pure. Every part holds events of one month: those of the deposit's month with the deposit, those of
another month on a date of their own, so that revenue lies in its month (R-6.6). What is still to be
paid, or is paid before, stands on the clearing account between the parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from intacct.documents import JournalLine
from shared.gl.days import DayKey
from shared.gl.payout_days import PAYOUT_EVENT
from shared.ledger.records import Record
from shared.payouts.planner import EntityPosting, PayoutPlan, told_on
from shared.payouts.records import PayoutRecord
from shared.policy.choices import PayoutMonths, PostingMode
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.effects import ledger_lines, signed
from shared.postings.plan import DayEntry, PostingKind
from shared.undo.in_books import named


@dataclass(frozen=True, slots=True)
class Settled:
    """A payout's own money by date, and its entries that stay entries of their own.

    `money` has the lines of each part, `deposit_on` the date of the one that holds the deposit.
    `beside` are arrivals, failures, disputes, reserves and the books of a bank elsewhere.
    """

    deposit_on: date
    money: Mapping[date, tuple[JournalLine, ...]] = field(default_factory=dict)
    beside: tuple[EntityPosting, ...] = ()


def is_summed(record: PayoutRecord, chain: Mapping[str, Record], book: StoreBook) -> bool:
    """Whether the payout brings sales along: by the channel's policy, or because it did so.

    A payout that was booked before its channel moved stays as it was booked.

    Args:
        record: the payout.
        chain: its ledger partition.
        book: the books of its store.
    """
    names = [name for name in map(named, chain) if name is not None]
    if any(name.kind is PostingKind.GL_BATCH for name in names):
        return True
    is_apart = any(_is_settled(name.purpose, record.payout.ref.id) for name in names)
    return not is_apart and PostingMode.SUMMARY_PAYOUT in book.policy.modes()


def settled(record: PayoutRecord, planned: PayoutPlan, book: StoreBook) -> Settled:
    """The plan of a payout with its settlement taken apart from its other entries.

    Args:
        record: the payout with its lines.
        planned: what it would book by itself.
        book: the books of its store.
    """
    payout_id = record.payout.ref.id
    deposit_on = told_on(record.payout.initiated_at, book)
    money: dict[date, tuple[JournalLine, ...]] = {}
    beside: list[EntityPosting] = []
    for entry in planned.entries:
        if entry.entity != book.entity or not _is_settled(entry.purpose, payout_id):
            beside.append(entry)
            continue
        on = entry.posting.true_on
        assert on is not None, "entries of payouts are dated"  # noqa: S101
        money[on] = tuple(replace(line, memo="") for line in entry.posting.effect)
        if entry.purpose == f"payout:{payout_id}":
            deposit_on = on
    if book.policy.payout_months is PayoutMonths.DEPOSIT:
        money = {deposit_on: _joined(money.values(), book)}
    return Settled(deposit_on, money, tuple(beside))


def keys_of(
    record: PayoutRecord,
    book: StoreBook,
    told: Settled,
    entries: Iterable[DayEntry],
    holders: Mapping[str, DayKey],
) -> dict[DayKey, list[DayEntry]]:
    """The events that each part holds, the payout's own among them; the deposit's part is last.

    Args:
        record: the payout with its lines.
        book: the books of its store.
        told: its own money.
        entries: the events that it pays.
        holders: the parts that hold some of them already.
    """

    def key(on: date) -> DayKey:
        ref = record.payout.ref
        return DayKey(record.tenant, book.store, record.payout.currency, on, ref.id)

    by_month: dict[date, list[DayEntry]] = {}
    parts: dict[DayKey, list[DayEntry]] = {}
    for entry in sorted(entries, key=lambda one: one.event):
        if entry.event in holders:
            parts.setdefault(holders[entry.event], []).append(entry)
            continue
        is_split = book.policy.payout_months is PayoutMonths.SPLIT
        month = month_end(entry.ledger_on if is_split else told.deposit_on)
        by_month.setdefault(month, []).append(entry)
    for month, events in by_month.items():
        parts.setdefault(key(_dated(month, told, events)), []).extend(events)
    for on, lines in told.money.items():
        parts.setdefault(key(on), []).append(own_event(record, book, on, lines))
    deposit = key(told.deposit_on)
    _count_once(parts, deposit, own_event(record, book, told.deposit_on, ()))
    return {name: parts[name] for name in sorted(parts, key=lambda one: (one == deposit, one))}


def _count_once(parts: dict[DayKey, list[DayEntry]], deposit: DayKey, bare: DayEntry) -> None:
    """Have the payout's own event in the deposit's part count for all parts (R-12.1).

    Each statistical entry is a transaction at Sage, and a payout has one. `bare` is the event where
    the payout has no money of its own.
    """
    counts = tuple(
        count
        for name, entries in parts.items()
        if name != deposit
        for entry in entries
        for count in entry.counts
    )
    for name, entries in parts.items():
        if name != deposit:
            parts[name] = [replace(entry, counts=()) for entry in entries]
    here = parts.setdefault(deposit, [])
    if counts:
        own = next((entry for entry in here if entry.event == bare.event), bare)
        parts[deposit] = [entry for entry in here if entry != own]
        parts[deposit].append(replace(own, counts=counts))


def own_event(
    record: PayoutRecord, book: StoreBook, on: date, lines: tuple[JournalLine, ...]
) -> DayEntry:
    """The payout's own money as an event of one part."""
    payout = record.payout
    return DayEntry(
        event=f"{PAYOUT_EVENT}{payout.ref.id}",
        store=book.store,
        currency=payout.currency,
        ledger_on=on,
        occurred_at=payout.initiated_at,
        lines=lines,
        mapping_version=book.mapping.version,
    )


def month_end(on: date) -> date:
    """The last day of its month."""
    following = (on.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following - timedelta(days=1)


def _dated(month: date, told: Settled, events: Iterable[DayEntry]) -> date:
    """The deposit's own date, the end of an earlier month, the last event of a later one."""
    last = month_end(told.deposit_on)
    if month == last:
        return told.deposit_on
    return month if month < last else max(event.ledger_on for event in events)


def _joined(parts: Iterable[tuple[JournalLine, ...]], book: StoreBook) -> tuple[JournalLine, ...]:
    """All parts in one: what one carried forward to the other is gone."""
    carried = book.mapping.accounts.get(Role.SETTLEMENT_CARRIED_FORWARD, "")
    lines = [line for part in parts for line in part]
    return ledger_lines(signed(line for line in lines if line.account != carried))


def _is_settled(purpose: str, payout_id: str) -> bool:
    """Whether an entry is the payout's settlement itself, or an earlier month's part of it."""
    whole = f"payout:{payout_id}"
    month = purpose.removeprefix(f"{whole}:")
    is_month = len(month) == 7 and month[4] == "-" and month.replace("-", "").isdigit()  # noqa: PLR2004  # YYYY-MM
    return purpose == whole or is_month
