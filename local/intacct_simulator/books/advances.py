"""AR advances: money received before there is an invoice (accounting reference R-2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.ledger import LedgerLine, Posting, merged
from local.intacct_simulator.books.lines import DocumentLines, Line
from local.intacct_simulator.books.money import ZERO, rounded, total
from local.intacct_simulator.books.object_type import dimensions_of
from local.intacct_simulator.books.receivables import MODULE
from local.intacct_simulator.books.store import Record

NAME = "ar_advance"
LOCKED = frozenset({"customer", "currency", "exchange_rate", "bank_account", "receipt_date"})


def money_account(desk: Desk, fields: Mapping[str, Any], label: str) -> int:
    """Give the account that received money sits on: a bank's, or undeposited funds.

    Raises:
        BusinessError: not exactly one of the two is named (REST reference §16.8).
    """
    bank, undeposited = fields.get("bank_account"), fields.get("undeposited_account")
    if (bank is None) == (undeposited is None):
        raise errors.BusinessError(
            f"A {label} names either a financial entity or an undeposited funds account.",
            kind=errors.Kind.INVALID,
            code="invalidRequest",
            target="bank_account",
        )
    if bank is None:
        account: int = fields["undeposited_account"]
        return account
    of_bank: int = desk.require("bank_account", bank)["account"]
    return of_bank


class Advances:
    """The rules of advances."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._lines = DocumentLines(desk, NAME)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store an advance and post it unless it is a draft.

        Raises:
            BusinessError: a field is wrong, or an amount is not positive.
        """
        given = {name: value for name, value in fields.items() if name != "lines"}
        cleaned = self.desk.check.new(NAME, given, entity=actor.entity)
        lines = self._lines.new(fields.get("lines"), actor)
        money_account(self.desk, cleaned, "advance")
        exchange = self._lines.exchange(cleaned, lines, cleaned["receipt_date"])
        for line in lines:
            line["amount"] = rounded(line["amount"], exchange.currency)
            line["base_amount"] = exchange.to_base(line["amount"])
            if line["amount"] <= 0:
                raise errors.invalid("amount", line["amount"], "an advance is positive")
        state = "draft" if cleaned.get("state") == "draft" else "posted"
        header = {
            "payment_date": cleaned["receipt_date"],
            **cleaned,
            **exchange.fields(),
            "state": state,
            "total": total(line["amount"] for line in lines),
            "base_total": total(line["base_amount"] for line in lines),
            "applied": ZERO,
            "home": self._lines.home(lines)["key"],
        }
        number = cleaned.get("advance_number") or self.desk.next_number(NAME, "ADV")
        record = self.desk.insert(NAME, {**header, "advance_number": number}, actor)
        self._lines.save(record["key"], lines)
        if state == "posted":
            self._post(record)
        return record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change texts of an advance that is not applied; money and lines only of a draft.

        Raises:
            BusinessError: it is applied, or posted and money would change.
        """
        record = self.desk.require(NAME, key)
        given = {name: value for name, value in fields.items() if name != "lines"}
        changes = self.desk.check.changes(NAME, given, entity=actor.entity)
        changes.pop("state", None)
        touches_money = "lines" in fields or LOCKED & changes.keys()
        is_open = record["state"] in {"draft", "posted"} and not record["applied"]
        if not is_open or (touches_money and record["state"] != "draft"):
            raise errors.wrong_state("advance", record["state"], "changed")
        if touches_money:
            changes |= self._recount({**record, **changes}, key, fields.get("lines"), actor)
        return self.desk.modify(NAME, key, changes, actor)

    def delete(self, key: int, actor: Actor) -> None:
        """Delete a draft; a posted advance is reversed.

        Raises:
            BusinessError: it is posted.
        """
        record = self.desk.require(NAME, key)
        if record["state"] != "draft":
            raise errors.wrong_state("advance", record["state"], "deleted")
        self.desk.remove(NAME, key, actor)

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Submit a draft, or reverse an advance that is not applied.

        Raises:
            BusinessError: the state does not allow it, or the action is unknown.
        """
        record = self.desk.require(NAME, key)
        if action == "submit" and record["state"] == "draft":
            record = self.desk.modify(NAME, key, {"state": "posted"}, actor, how="submit")
            self._post(record)
            return record
        is_kept = record["applied"] or record.get("deposit") is not None
        if action == "reverse" and record["state"] == "posted" and not is_kept:
            on = fields.get("reversed_date") or self.desk.clock.today()
            self.desk.ledger.mirror(NAME, key, on=on, as_key=key)
            return self.desk.modify(NAME, key, {"state": "reversed"}, actor, how="reverse")
        raise errors.wrong_state("advance", record["state"], action)

    def derived(self, record: Record) -> dict[str, Any]:
        """Add what is left of the advance."""
        is_open = record["state"] in {"posted", "paid"}
        return {"available": record["total"] - record["applied"] if is_open else ZERO}

    def _recount(
        self, record: Mapping[str, Any], key: int, given: Any, actor: Actor
    ) -> dict[str, Any]:
        lines: list[Line] = self._lines.changed(key, given, actor)
        exchange = self._lines.exchange(record, lines, record["receipt_date"])
        for line in lines:
            line["base_amount"] = exchange.to_base(line["amount"])
        self._lines.save(key, lines)
        return {
            **exchange.fields(),
            "total": total(line["amount"] for line in lines),
            "base_total": total(line["base_amount"] for line in lines),
        }

    def _post(self, record: Record) -> None:
        lines = self.desk.lines(NAME, record["key"])
        place = money_account(self.desk, record, "advance")
        money = [
            LedgerLine(
                account=place,
                amount=line["base_amount"],
                txn_amount=line["amount"],
                currency=record["currency"],
                dimensions={"location": line["location"]},
            )
            for line in lines
        ]
        accounts = [
            LedgerLine(
                account=line["account"],
                amount=-line["base_amount"],
                txn_amount=-line["amount"],
                currency=record["currency"],
                dimensions=dimensions_of(line, customer=record["customer"]),
                memo=line.get("memo") or "",
            )
            for line in lines
        ]
        self.desk.ledger.post(
            Posting(
                entry_date=record["receipt_date"],
                journal=self.desk.setup.receipts_journal,
                module=MODULE,
                origin_object=NAME,
                origin_key=record["key"],
                lines=(*merged(money), *accounts),
                description=record.get("description") or "",
            )
        )
