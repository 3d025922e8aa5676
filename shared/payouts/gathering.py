"""Gathers what a payout pays into the parts of its journals, or makes it anew (R-11.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.facts.record import order_pk
from shared.gl.days import DayBook, DayKey
from shared.gl.payout_days import PayoutDays, PayoutParts
from shared.payouts.member_orders import Member, MemberOrders
from shared.payouts.members import Members, members, paid_orders
from shared.payouts.records import PayoutRecord
from shared.payouts.store import PayoutKey
from shared.payouts.summary_parts import Settled, keys_of
from shared.ports import Clock
from shared.postings.book import StoreBook
from shared.postings.findings import Finding, Reason
from shared.postings.plan import DayEntry
from shared.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Gathered:
    """Whether the payout's journals may be posted, or every reason why not."""

    is_whole: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Gathers one payout; safe to repeat, and to break off anywhere.

    `in_time` raises where the process must end; `even_if_incomplete` leaves what matches no sale on
    the clearing account.
    """

    days: DayBook
    payout_days: PayoutDays
    orders: MemberOrders
    tenant: Tenant
    key: PayoutKey
    record: PayoutRecord
    book: StoreBook
    told: Settled
    even_if_incomplete: bool
    in_time: Callable[[], None]
    clock: Clock

    def gathered(self) -> Gathered:
        """Claim what the payout pays, once all of it is there."""
        read = self._read(anew=False)
        found = self._members(read)
        if found.findings and not self.even_if_incomplete:
            return Gathered(is_whole=False, findings=found.findings)
        wanted = self._wanted(read, found.entries)
        parts = self.payout_days.plan(wanted, list(wanted)[-1])
        for key, entries in wanted.items():
            for entry in entries:
                self._claimed(read, key, entry)
        self.payout_days.close(parts)
        return Gathered(is_whole=True)

    def made_anew(self, parts: PayoutParts) -> Gathered:
        """The lines of every event under today's mapping, and what came since.

        Args:
            parts: those that were gathered.
        """
        read = self._read(anew=True)
        found = self._members(read)
        findings = (*self._vanished(read), *found.findings)
        if findings and not self.even_if_incomplete:
            return Gathered(is_whole=False, findings=findings)
        wanted = self._wanted(read, found.entries)
        self.payout_days.plan(wanted, parts.deposit)
        for key, entries in wanted.items():
            known = {kept.entry.event for kept in self.days.entries(key)}
            for entry in entries:
                if entry.event not in known:
                    self._claimed(read, key, entry)
                    continue
                member = self._stamped(read, entry)
                pk = member.record.pk if member else ""
                self.days.amend(pk, self.key.tenant, entry, due_at=self.clock(), key=key)
        return Gathered(is_whole=True)

    def _read(self, *, anew: bool) -> dict[str, Member | None]:
        read = {}
        for order_id in paid_orders(self.record, self.book):
            self.in_time()
            read[order_id] = self.orders.read(self.tenant, self.key, order_id, anew=anew)
        return read

    def _members(self, read: Mapping[str, Member | None]) -> Members:
        known = {name: member.events if member else None for name, member in read.items()}
        return members(self.record, self.book, known)

    def _wanted(
        self, read: Mapping[str, Member | None], entries: tuple[DayEntry, ...]
    ) -> dict[DayKey, list[DayEntry]]:
        holders = {
            event: key
            for member in read.values()
            if member is not None
            for event, key in member.holders.items()
        }
        return keys_of(self.record, self.book, self.told, entries, holders)

    def _claimed(self, read: Mapping[str, Member | None], key: DayKey, entry: DayEntry) -> None:
        if self._stamped(read, entry) is None:
            self.payout_days.put(key, entry)
            return
        pk = order_pk(self.key.tenant, self.key.store, entry.order_id)
        self.payout_days.claim(pk, key, entry)

    def _stamped(self, read: Mapping[str, Member | None], entry: DayEntry) -> Member | None:
        """The order of an event, stamped with its configuration; None for the payout's own."""
        member = read.get(entry.order_id) if entry.order_id else None
        if member is not None:
            self.orders.stamp(member)
        return member

    def _vanished(self, read: Mapping[str, Member | None]) -> tuple[Finding, ...]:
        """Events in the payout's journal that the facts of their order do not have any more."""
        return tuple(
            Finding(
                Reason.CONTENT_CONFLICT,
                f"payout {self.key.payout_id} {event}",
                "it is in the payout's journal, and its order does not tell of it any more",
                "correct it by a journal of your own, or look at the order's facts",
            )
            for member in read.values()
            if member is not None and not member.events.problem
            for event in sorted(set(member.holders) - member.events.taken)
        )
