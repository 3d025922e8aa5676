"""Order Entry documents: orders, shipments, invoices and returns, by transaction definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.conversion import Conversion
from local.intacct_simulator.books.currencies import Exchange
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.lines import DocumentLines, Line
from local.intacct_simulator.books.money import ZERO, rounded, total
from local.intacct_simulator.books.order_posting import OrderPosting
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.books.subtotals import Subtotal, Subtotals
from local.intacct_simulator.books.tax_engine import Rates, TaxEngine, is_by_engine, no_rates

NAME = "sales_document"
NEW_STATES = frozenset({"draft", "pending", "submitted", "closed"})
EDITABLE = frozenset({"draft", "pending", "submitted"})
OWNED = frozenset({"lines", "subtotals"})
HUNDRED = 100


class SalesDocuments:
    """The rules of Order Entry documents."""

    def __init__(self, desk: Desk, posting: OrderPosting, tax_rates: Rates = no_rates) -> None:
        self.desk = desk
        self._engine = TaxEngine(desk, tax_rates)
        self._posting = posting
        self._lines = DocumentLines(desk, NAME, first_number=0)
        self._conversion = Conversion(desk)
        self._subtotals = Subtotals(desk)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store a document, use up what it converts, and post it if its definition posts.

        Raises:
            BusinessError: a field is wrong, the customer is on hold, more is converted than
                remains, or it cannot be posted.
        """
        desk = self.desk
        given = {name: value for name, value in fields.items() if name not in OWNED}
        cleaned = desk.check.new(NAME, given, entity=actor.entity)
        definition = self._definition(cleaned)
        customer = desk.require("customer", cleaned["customer"])
        if customer.get("is_on_hold"):
            raise errors.BusinessError(
                f"The customer '{customer['id']}' is on hold.", code="customerOnHold"
            )
        cleaned["state"] = self._state(cleaned.get("state"))
        lines = self._lines.new(fields.get("lines"), actor)
        subtotals = self._subtotals.new(fields.get("subtotals"), definition, actor)
        self._conversion.check(cleaned, lines, definition)
        exchange = self._price(cleaned, lines)
        self._subtotals.price(subtotals, lines, exchange)
        subtotals += self._engine.rows(lines, exchange)
        self._complete_header(cleaned, customer)
        number = self._number(cleaned, definition)
        record = desk.insert(
            NAME,
            {
                "source_document": None,
                "ar_invoice": None,
                "ar_adjustment": None,
                **cleaned,
                **exchange.fields(),
                **_totals(lines, subtotals),
                "document_number": number,
                "id": f"{definition['id']}-{number}",
                "home": self._lines.home(lines)["key"],
            },
            actor,
        )
        self._subtotals.save(record["key"], subtotals)
        saved = self._lines.save(record["key"], lines)
        self._conversion.consume(record, saved, actor)
        return self._post(record, definition, actor)

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change a document that is not converted; a posted unpaid one is posted anew.

        Its AR record is made anew too, with another key (XML reference §11.4).

        Raises:
            BusinessError: its state does not allow it, or a value is wrong.
        """
        desk = self.desk
        record = desk.require(NAME, key)
        if record["state"] not in EDITABLE:
            raise errors.wrong_state("document", record["state"], "changed")
        given = {name: value for name, value in fields.items() if name not in OWNED}
        changes = desk.check.changes(NAME, given, entity=actor.entity)
        for fixed in ("definition", "source_document", "document_number"):
            if changes.pop(fixed, None) not in (None, record[fixed]):
                raise errors.invalid(fixed, fields[fixed], "it cannot be changed")
        changed = {**record, **changes}
        changed["state"] = changes["state"] = self._state(changed["state"])
        definition = self._definition(changed)
        lines = self._lines.changed(key, fields.get("lines"), actor)
        subtotals = self._changed_subtotals(key, fields, definition, actor)
        self._posting.take_back(record, actor)
        self._conversion.release(record, actor)
        self._conversion.check(changed, lines, definition)
        exchange = self._price(changed, lines)
        self._subtotals.price(subtotals, lines, exchange)
        subtotals += self._engine.rows(lines, exchange)
        self._subtotals.save(key, subtotals)
        cleared = {"ar_invoice": None, "ar_adjustment": None}
        record = desk.modify(
            NAME,
            key,
            {**changes, **exchange.fields(), **_totals(lines, subtotals), **cleared},
            actor,
        )
        saved = self._lines.save(key, lines)
        self._conversion.consume(record, saved, actor)
        return self._post(record, definition, actor)

    def delete(self, key: int, actor: Actor) -> None:
        """Delete a document that neither posted nor was converted; its source is open again.

        Raises:
            BusinessError: it posted, or other documents were made from it.
        """
        record = self.desk.require(NAME, key)
        is_posted = record["ar_invoice"] is not None or record["ar_adjustment"] is not None
        if is_posted or record["state"] not in EDITABLE | {"closed"}:
            raise errors.wrong_state("document", record["state"], "deleted")
        self._conversion.release(record, actor)
        self._subtotals.remove(key)
        self.desk.remove(NAME, key, actor)

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Submit a draft, or close a document for good.

        Raises:
            BusinessError: the state does not allow it, or the action is unknown.
        """
        del fields
        record = self.desk.require(NAME, key)
        if action == "submit" and record["state"] == "draft":
            record = self.desk.modify(NAME, key, {"state": "pending"}, actor, how="submit")
            return self._post(record, self._definition(record), actor)
        if action == "close" and record["state"] in {"pending", "partiallyConverted"}:
            return self.desk.modify(NAME, key, {"state": "closed"}, actor)
        raise errors.wrong_state("document", record["state"], action)

    def derived(self, record: Record) -> dict[str, Any]:
        """Add how far the receivable that the document made is paid."""
        name, key = "ar_invoice", record["ar_invoice"]
        if key is None:
            name, key = "ar_adjustment", record["ar_adjustment"]
        receivable = None if key is None else self.desk.store.get(name, key)
        if receivable is None:
            return {"payment_status": None, "total_paid": ZERO, "total_due": ZERO}
        paid = abs(receivable["paid"])
        due = abs(receivable["total"]) - paid
        status = "open" if not paid else "partiallyPaid" if due else "paid"
        return {"payment_status": status, "total_paid": paid, "total_due": due}

    def _changed_subtotals(
        self, key: int, fields: Mapping[str, Any], definition: Record, actor: Actor
    ) -> list[Subtotal]:
        """The given rows in place of the old ones, or the old ones when none are given."""
        given = fields.get("subtotals")
        if given is None:
            return [row for row in self._subtotals.of(key) if not is_by_engine(row)]
        return self._subtotals.new(given, definition, actor)

    def _post(self, record: Record, definition: Record, actor: Actor) -> Record:
        if definition["posting"] == "none" or record["state"] == "draft":
            return record
        return self._posting.post(record, definition, actor)

    def _definition(self, header: Mapping[str, Any]) -> Record:
        definition = self.desk.require("txn_definition", header["definition"])
        if definition["module"] != "orderEntry":
            raise errors.unknown_reference("transaction definition", definition["id"], "definition")
        return definition

    def _state(self, state: object) -> str:
        wanted = str(state or "pending")
        if wanted not in NEW_STATES:
            raise errors.invalid("state", wanted, "it must be draft, pending, submitted or closed")
        return wanted

    def _number(self, header: Mapping[str, Any], definition: Record) -> str:
        # A given number counts only where the definition has no sequence (XML reference §13.1).
        prefix = definition.get("prefix")
        if prefix:
            return self.desk.next_number(f"document:{definition['id']}", prefix)
        given = header.get("document_number")
        if not given:
            raise errors.BusinessError(
                "The document number is missing: this transaction definition has no sequence.",
                kind=errors.Kind.INVALID,
                errorno="PL01000127",
                error_id="PL01000127",
                target="document_number",
            )
        if self.desk.store.find(NAME, id=f"{definition['id']}-{given}"):
            raise errors.duplicate("document", "document_number", given)
        return str(given)

    def _complete_header(self, header: dict[str, Any], customer: Record) -> None:
        header.setdefault("posting_date", header["txn_date"])
        header.setdefault("term", customer.get("term"))
        if header.get("due_date") is None:
            term = header["term"]
            days = 0 if term is None else self.desk.require("term", term).get("due_days") or 0
            header["due_date"] = header["txn_date"] + timedelta(days=days)

    def _price(self, header: Mapping[str, Any], lines: list[Line]) -> Exchange:
        exchange = self._lines.exchange(header, lines, header["txn_date"])
        for index, line in enumerate(lines):
            item = self.desk.require("item", line["item"])
            self._check_line(index, line, item)
            if line.get("unit_price") is None:
                line["unit_price"] = item.get("base_price") or ZERO
            discount = line.get("discount_percent") or ZERO
            gross = line["unit_quantity"] * line["unit_price"]
            line["amount"] = rounded(gross * (HUNDRED - discount) / HUNDRED, exchange.currency)
            line["base_amount"] = exchange.to_base(line["amount"])
            line.setdefault("quantity_converted", ZERO)
            line["quantity_remaining"] = line["unit_quantity"] - line["quantity_converted"]
        return exchange

    def _check_line(self, index: int, line: Line, item: Record) -> None:
        # Exactly a unit the company has, else refused (XML reference §12.3).
        if not self.desk.store.find("unit", id=line["unit"]):
            raise errors.unknown_reference("unit of measure", line["unit"], f"lines.{index}.unit")
        if line["unit_quantity"] <= 0:
            raise errors.invalid(
                f"lines.{index}.unit_quantity", line["unit_quantity"], "it is not positive"
            )
        if item["item_type"] == "inventory" and line["warehouse"] is None:
            raise errors.missing(f"line {index}", f"lines.{index}.warehouse")


def _totals(lines: Sequence[Line], subtotals: Sequence[Subtotal]) -> dict[str, Any]:
    """The sums of a document: the subtotal is that of the lines, the total that of everything."""
    amount = total(line["amount"] for line in lines)
    base = total(line["base_amount"] for line in lines)
    return {
        "subtotal": amount,
        "base_subtotal": base,
        "total": amount + total(row["amount"] for row in subtotals),
        "base_total": base + total(row["base_amount"] for row in subtotals),
    }
