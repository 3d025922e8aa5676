"""What settles what: how much of a receivable or of a credit is used, and its ledger lines.

A receivable is settled over its locations in the order of its lines (Sage's waterfall); a credit is
a credit memo, a negative invoice, an advance or an overpayment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.ledger import LedgerLine
from local.intacct_simulator.books.money import ZERO, rounded
from local.intacct_simulator.books.object_type import dimensions_of
from local.intacct_simulator.books.store import Record

CREDIT_OBJECTS: Mapping[str, str] = {
    "adjustment": "ar_adjustment",
    "negative_invoice": "ar_invoice",
    "advance": "ar_advance",
    "overpayment": "ar_payment",
}
OPEN_STATES = frozenset({"posted", "partiallyPaid", "complete"})


@dataclass(frozen=True)
class Use:
    """A part of a document that was used: its ledger lines, and what to remember to undo it."""

    name: str
    key: int
    amount: Decimal
    base: Decimal
    lines: tuple[LedgerLine, ...]

    def memory(self) -> dict[str, Any]:
        """Give what a payment keeps of it, for its reversal."""
        return {"name": self.name, "key": self.key, "amount": self.amount, "base": self.base}


@dataclass(frozen=True)
class Party:
    """Whose documents may be used, in which currency, on which day."""

    customer: int | None
    currency: str
    on: date


class Settlement:
    """Uses up receivables and credits, and gives them back on reversal."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pay(self, name: str, key: int, amount: Decimal, party: Party, actor: Actor) -> Use:
        """Settle part of an invoice or debit memo; its lines credit receivables.

        Raises:
            BusinessError: it is someone else's, paid already, or less is due than the amount.
        """
        record = self._open(name, key, party)
        due = record["total"] - record["paid"]
        if due <= 0:
            raise errors.already_paid(record.get("invoice_number") or record["id"])
        if amount > due:
            raise errors.exceeds_due(amount, due)
        return self._use_receivable(name, record, amount, actor, party.on)

    def spend(self, kind: str, key: int, amount: Decimal, party: Party, actor: Actor) -> Use:
        """Use part of a credit; its lines debit what the credit stands on.

        Raises:
            BusinessError: it is someone else's, or less of it is left than the amount.
        """
        name = CREDIT_OBJECTS[kind]
        record = self._open(name, key, party)
        if name in {"ar_adjustment", "ar_invoice"}:
            left = record["paid"] - record["total"]
            if amount > left:
                raise errors.exceeds_due(amount, max(left, ZERO))
            return self._use_receivable(name, record, -amount, actor, party.on)
        if name == "ar_advance":
            return self._use_advance(record, amount, actor)
        return self._use_overpayment(record, amount, actor)

    def give_back(self, memory: Mapping[str, Any], actor: Actor) -> None:
        """Undo a use that `Use.memory` described."""
        record = self._desk.require(memory["name"], memory["key"])
        use = Use(memory["name"], memory["key"], -memory["amount"], -memory["base"], ())
        self._change(use, record, actor)

    def available(self, name: str, record: Record) -> Decimal:
        """Say how much of a credit is left, as a positive amount."""
        if name == "ar_advance":
            return Decimal(record["total"] - record["applied"])
        if name == "ar_payment":
            return Decimal((record["overpayment_amount"] or ZERO) - record["overpayment_applied"])
        return Decimal(record["paid"] - record["total"])

    def _open(self, name: str, key: int, party: Party) -> Record:
        record = self._desk.require(name, key)
        if party.customer is not None and record.get("customer") != party.customer:
            raise errors.BusinessError(
                f"The document '{record['id']}' belongs to another customer.",
                code="invalidReference",
            )
        if record["currency"] != party.currency:
            raise errors.invalid("currency", party.currency, "the document has another currency")
        if record["state"] == "paid":
            raise errors.already_paid(record.get("invoice_number") or record["id"])
        if record["state"] not in OPEN_STATES:
            raise errors.wrong_state("document", record["state"], "settled")
        return record

    def _use_receivable(
        self, name: str, record: Record, amount: Decimal, actor: Actor, on: date
    ) -> Use:
        rest = record["total"] - record["paid"]
        base = (
            record["base_total"] - record["base_paid"]
            if amount == rest
            else rounded(amount * record["exchange_rate"], record["base_currency"])
        )
        account = self._desk.account(self._desk.setup.receivable_account)
        shares = self._shares(name, record, amount)
        lines = [
            LedgerLine(
                account=account,
                amount=-share_base,
                txn_amount=-share,
                currency=record["currency"],
                dimensions={"location": location, "customer": record["customer"]},
            )
            for location, share, share_base in _split_base(shares, amount, base, record)
        ]
        use = Use(name, record["key"], amount, base, tuple(lines))
        self._change(use, record, actor, on)
        return use

    def _shares(self, name: str, record: Record, amount: Decimal) -> list[tuple[int, Decimal]]:
        """Spread a signed amount over the locations of a document, after what is settled."""
        buckets: dict[int, Decimal] = {}
        for line in self._desk.lines(name, record["key"]):
            buckets[line["location"]] = buckets.get(line["location"], ZERO) + line["amount"]
        sign = 1 if record["total"] > 0 else -1
        first = next(iter(buckets))
        if len(buckets) == 1 or any(sum_ * sign < 0 for sum_ in buckets.values()):
            return [(first, amount)]
        settled, wanted = abs(record["paid"]), abs(amount)
        shares = []
        for location, sum_ in buckets.items():
            skipped = min(settled, abs(sum_))
            settled -= skipped
            part = min(wanted, abs(sum_) - skipped)
            wanted -= part
            if part:
                shares.append((location, part * sign))
        return shares

    def _use_advance(self, record: Record, amount: Decimal, actor: Actor) -> Use:
        left = self.available("ar_advance", record)
        if amount > left:
            raise errors.exceeds_due(amount, left)
        skip, wanted = record["applied"], amount
        lines, base = [], ZERO
        for line in self._desk.lines("ar_advance", record["key"]):
            skipped = min(skip, line["amount"])
            skip -= skipped
            part = min(wanted, line["amount"] - skipped)
            wanted -= part
            if not part:
                continue
            part_base = rounded(part * record["exchange_rate"], record["base_currency"])
            base += part_base
            lines.append(
                LedgerLine(
                    account=line["account"],
                    amount=part_base,
                    txn_amount=part,
                    currency=record["currency"],
                    dimensions=dimensions_of(line, customer=record["customer"]),
                )
            )
        use = Use("ar_advance", record["key"], amount, base, tuple(lines))
        self._change(use, record, actor)
        return use

    def _use_overpayment(self, record: Record, amount: Decimal, actor: Actor) -> Use:
        left = self.available("ar_payment", record)
        if amount > left:
            raise errors.exceeds_due(amount, left)
        base = rounded(amount * record["exchange_rate"], record["base_currency"])
        line = LedgerLine(
            account=self._desk.account(self._desk.setup.overpayment_account),
            amount=base,
            txn_amount=amount,
            currency=record["currency"],
            dimensions={
                "location": record["overpayment_location"] or record["home"],
                "department": record.get("overpayment_department"),
                "customer": record["customer"],
            },
        )
        use = Use("ar_payment", record["key"], amount, base, (line,))
        self._change(use, record, actor)
        return use

    def _change(self, use: Use, record: Record, actor: Actor, on: date | None = None) -> None:
        name, amount, base = use.name, use.amount, use.base
        if name == "ar_advance":
            applied = record["applied"] + amount
            state = "paid" if applied == record["total"] else "posted"
            changes: dict[str, Any] = {"applied": applied, "state": state}
        elif name == "ar_payment":
            changes = {"overpayment_applied": record["overpayment_applied"] + amount}
        else:
            paid = record["paid"] + amount
            is_paid = paid == record["total"]
            state = "paid" if is_paid else "partiallyPaid" if paid else "posted"
            changes = {"paid": paid, "base_paid": record["base_paid"] + base, "state": state}
            changes["paid_date"] = on if is_paid else None
        self._desk.modify(name, record["key"], changes, actor)


def _split_base(
    shares: list[tuple[int, Decimal]], amount: Decimal, base: Decimal, record: Record
) -> list[tuple[int, Decimal, Decimal]]:
    """Spread a base amount like its shares; the last share takes the rounding."""
    split, rest = [], base
    for location, share in shares[:-1]:
        part = rounded(base * share / amount, record["base_currency"])
        rest -= part
        split.append((location, share, part))
    location, share = shares[-1]
    return [*split, (location, share, rest)]
