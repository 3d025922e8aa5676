"""Invoices and adjustments of Accounts Receivable: documents whose lines offset to receivables.

One rule of sign serves both: a positive line credits its account and debits receivables, a negative
line does the opposite; so a credit memo is an adjustment with a negative total (XML reference
§13.3), and a negative invoice is a credit too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.currencies import Exchange
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.ledger import LedgerLine, Posting
from local.intacct_simulator.books.lines import DocumentLines, Line
from local.intacct_simulator.books.money import ZERO, rounded, total
from local.intacct_simulator.books.object_type import dimensions_of
from local.intacct_simulator.books.store import Record

MODULE = "accountsReceivable"
ORDER_ENTRY = "orderEntry"
FIXED_WHEN_POSTED = ("customer", "currency", "exchange_rate")


@dataclass(frozen=True)
class ReceivableKind:
    """What differs between invoices and adjustments."""

    name: str
    label: str
    date_field: str
    number_field: str
    prefix: str


INVOICE = ReceivableKind("ar_invoice", "invoice", "invoice_date", "invoice_number", "INV")
ADJUSTMENT = ReceivableKind(
    "ar_adjustment", "adjustment", "adjustment_date", "adjustment_number", "ADJ"
)


class Receivables:
    """The rules of AR invoices, or of AR adjustments."""

    def __init__(self, desk: Desk, kind: ReceivableKind) -> None:
        self.desk = desk
        self.kind = kind
        self.document_lines = DocumentLines(desk, kind.name)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store a document, posted unless its state is `draft`.

        Raises:
            BusinessError: the state is neither, a field is wrong, or it cannot be posted.
        """
        state = fields.get("state") or "posted"
        if state not in {"draft", "posted"}:
            raise errors.invalid("state", state, "a new document is a draft or posted")
        cleaned = self.desk.check.new(self.kind.name, _header(fields), entity=actor.entity)
        lines = self.document_lines.new(fields.get("lines"), actor)
        return self.store_new({**cleaned, "state": state}, lines, actor)

    def store_new(
        self, cleaned: dict[str, Any], lines: list[Line], actor: Actor, *, posts: bool = True
    ) -> Record:
        """Store a cleaned document with its lines; with `posts` a posted one reaches the ledger."""
        desk, kind = self.desk, self.kind
        if kind is INVOICE and cleaned.get("due_date") is None:
            cleaned["due_date"] = self._due_date(cleaned)
        desk.check.unique(kind.name, cleaned)
        exchange = self.document_lines.exchange(cleaned, lines, cleaned[kind.date_field])
        header = {
            "module": MODULE,
            "paid": ZERO,
            "base_paid": ZERO,
            "paid_date": None,
            "reversed_by": None,
            "reversal_of": None,
            "sales_document": None,
            **cleaned,
            **exchange.fields(),
            **_totals(lines, exchange),
            "home": self.document_lines.home(lines)["key"],
        }
        header["posting_date"] = cleaned.get("posting_date") or cleaned[kind.date_field]
        number = kind.number_field
        header[number] = cleaned.get(number) or desk.next_number(kind.name, kind.prefix)
        record = desk.insert(kind.name, header, actor)
        self.document_lines.save(record["key"], lines)
        if posts and record["state"] == "posted":
            self.post(record)
        return record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change a draft, or a posted document that nothing has settled yet.

        Raises:
            BusinessError: its state does not allow it, or a value is wrong.
        """
        desk, kind = self.desk, self.kind
        record = desk.require(kind.name, key)
        _refuse_unless_open(kind.label, record)
        changes = desk.check.changes(kind.name, _header(fields), entity=actor.entity)
        state = changes.pop("state", record["state"]) or record["state"]
        if record["state"] == "posted" and state != "posted":
            raise errors.wrong_state(kind.label, record["state"], "made a draft again")
        changed = {**record, **changes}
        desk.check.unique(kind.name, changed, key=key)
        lines = self.document_lines.changed(key, fields.get("lines"), actor)
        exchange = self.document_lines.exchange(changed, lines, changed[kind.date_field])
        desk.ledger.erase(kind.name, key)
        totals = {**exchange.fields(), **_totals(lines, exchange), "state": state}
        record = desk.modify(kind.name, key, {**changes, **totals}, actor)
        self.document_lines.save(key, lines)
        if state == "posted":
            self.post(record)
        return record

    def delete(self, key: int, actor: Actor) -> None:
        """Delete a draft, or a posted document that nothing has settled, in an open period.

        Raises:
            BusinessError: it is settled, reversed, made by Order Entry, or its period is closed.
        """
        record = self.desk.require(self.kind.name, key)
        is_free = record["state"] == "posted" and not record["paid"]
        if record["module"] == ORDER_ENTRY or not (record["state"] == "draft" or is_free):
            raise errors.wrong_state(self.kind.label, record["state"], "deleted")
        self.desk.ledger.erase(self.kind.name, key)
        self.desk.remove(self.kind.name, key, actor)

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Submit a draft, or reverse a posted document that nothing has settled.

        Raises:
            BusinessError: the state does not allow it, or the action is unknown.
        """
        record = self.desk.require(self.kind.name, key)
        if action == "submit" and record["state"] == "draft":
            record = self.desk.modify(self.kind.name, key, {"state": "posted"}, actor, how="submit")
            self.post(record)
            return record
        if action == "reverse" and record["state"] == "posted" and not record["paid"]:
            return self._reverse(record, fields, actor)
        raise errors.wrong_state(self.kind.label, record["state"], action)

    def derived(self, record: Record) -> dict[str, Any]:
        """Add what is due in both currencies; nothing is due on a draft or a reversed document."""
        if record["state"] in {"reversed", "reversal"}:
            return {"due": ZERO, "base_due": ZERO}
        return {
            "due": record["total"] - record["paid"],
            "base_due": record["base_total"] - record["base_paid"],
        }

    def post(self, record: Record) -> None:
        """Post a document: its lines' accounts against receivables, per location."""
        lines = self.desk.lines(self.kind.name, record["key"])
        self.desk.ledger.post(
            Posting(
                entry_date=record["posting_date"],
                journal=self.desk.setup.receivable_journal,
                module=MODULE,
                origin_object=self.kind.name,
                origin_key=record["key"],
                lines=ledger_lines(self.desk, record, lines),
                description=record.get("description") or "",
            )
        )

    def erase(self, key: int, actor: Actor) -> None:
        """Take a document away that Order Entry made and now makes anew.

        Raises:
            BusinessError: something has settled part of it.
        """
        record = self.desk.require(self.kind.name, key)
        if record["paid"]:
            raise errors.wrong_state(self.kind.label, record["state"], "changed: it is paid")
        self.desk.remove(self.kind.name, key, actor)

    def _reverse(self, record: Record, fields: Mapping[str, Any], actor: Actor) -> Record:
        if record["module"] == ORDER_ENTRY:
            raise errors.BusinessError(
                "A document that Order Entry made is undone in Order Entry.",
                code="invalidState",
            )
        desk, kind, key = self.desk, self.kind, record["key"]
        on = fields.get("reversed_date") or desk.clock.today()
        if on < record["posting_date"]:
            raise errors.invalid("reversed_date", on, "it lies before the posting date")
        number = f"{record[kind.number_field]}-REV"
        mirrored = {
            **{name: value for name, value in record.items() if name not in {"key", "id"}},
            "state": "reversal",
            kind.number_field: number,
            kind.date_field: on,
            "posting_date": on,
            "description": fields.get("memo") or record.get("description"),
            "total": -record["total"],
            "base_total": -record["base_total"],
            "paid": -record["total"],
            "base_paid": -record["base_total"],
            "reversal_of": key,
        }
        reversal = desk.insert(kind.name, mirrored, actor)
        flipped = [
            {
                **{name: value for name, value in line.items() if name not in {"key", "id"}},
                "amount": -line["amount"],
                "base_amount": -line["base_amount"],
            }
            for line in desk.lines(kind.name, key)
        ]
        self.document_lines.save(reversal["key"], flipped)
        desk.ledger.mirror(kind.name, key, on=on, as_key=reversal["key"])
        settled = {"paid": record["total"], "base_paid": record["base_total"]}
        settled |= {"state": "reversed", "reversed_by": reversal["key"]}
        return desk.modify(kind.name, key, settled, actor, how="reverse")

    def _due_date(self, header: Mapping[str, Any]) -> object:
        term = header.get("term")
        if term is None:
            raise errors.missing(self.kind.label, "due_date")
        days = self.desk.require("term", term).get("due_days") or 0
        return header[self.kind.date_field] + timedelta(days=days)


def ledger_lines(desk: Desk, record: Record, lines: Sequence[Record]) -> tuple[LedgerLine, ...]:
    """Give the ledger lines of a receivable document: accounts, then receivables per location."""
    currency, customer = record["currency"], record["customer"]
    accounts = [
        LedgerLine(
            account=line["account"],
            amount=-line["base_amount"],
            txn_amount=-line["amount"],
            currency=currency,
            dimensions=dimensions_of(line, customer=line["customer"] or customer),
            memo=line.get("memo") or "",
        )
        for line in lines
    ]
    return (*accounts, *_control_lines(desk, record, lines))


def _control_lines(desk: Desk, record: Record, lines: Sequence[Record]) -> list[LedgerLine]:
    sums: dict[tuple[int, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    receivable = desk.account(desk.setup.receivable_account)
    for line in lines:
        place = (line.get("offset_account") or receivable, line["location"])
        sums[place][0] += line["base_amount"]
        sums[place][1] += line["amount"]
    return [
        LedgerLine(
            account=account,
            amount=base,
            txn_amount=amount,
            currency=record["currency"],
            dimensions={"location": location, "customer": record["customer"]},
        )
        for (account, location), (base, amount) in sums.items()
    ]


def _totals(lines: list[Line], exchange: Exchange) -> dict[str, Any]:
    for line in lines:
        line["amount"] = rounded(line["amount"], exchange.currency)
        line["base_amount"] = exchange.to_base(line["amount"])
    return {
        "total": total(line["amount"] for line in lines),
        "base_total": total(line["base_amount"] for line in lines),
    }


def _header(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "lines"}


def _refuse_unless_open(label: str, record: Record) -> None:
    if record["module"] == ORDER_ENTRY:
        raise errors.BusinessError(
            "A document that Order Entry made is changed in Order Entry.", code="invalidState"
        )
    if record["state"] not in {"draft", "posted"} or record["paid"]:
        raise errors.wrong_state(label, record["state"], "changed")
