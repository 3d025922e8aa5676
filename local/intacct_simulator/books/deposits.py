"""Deposits: receipts that lay on an undeposited-funds account go to the bank together (§13.4).

Each receipt is a payment or an advance that names such an account; it can be deposited once, and
is not reversed while it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.ledger import LedgerLine, Posting, merged
from local.intacct_simulator.books.money import total
from local.intacct_simulator.books.store import Record

NAME, LINE = "deposit", "deposit_detail"
MODULE = "cashManagement"
_DONE = frozenset({"complete", "posted", "paid"})


class Deposits:
    """The rules of deposits."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Deposit receipts.

        Raises:
            BusinessError: a field is wrong, or a receipt is not there, not undeposited, or was
                deposited before.
        """
        given = {name: value for name, value in fields.items() if name != "lines"}
        cleaned = self.desk.check.new(NAME, given, entity=actor.entity)
        if not fields.get("lines"):
            raise errors.missing("deposit", "lines")
        receipts = []
        for index, row in enumerate(fields["lines"]):
            line = self.desk.check.new(LINE, row, entity=actor.entity)
            name = next((one for one in ("payment", "advance") if line.get(one)), "")
            if not name:
                raise errors.missing("deposit detail", f"lines.{index}.payment")
            receipts.append((f"ar_{name}", self._receipt(f"ar_{name}", line[name], index), line))
        lines = [
            one for name, receipt, _ in receipts for one in self._lines(name, receipt, cleaned)
        ]
        currencies = {receipt["currency"] for _, receipt, _ in receipts}
        if len(currencies) > 1:
            raise errors.invalid(
                "lines", sorted(currencies), "receipts of one currency go together"
            )
        amount = total(receipt["total"] for _, receipt, _ in receipts)
        header = {**cleaned, "state": "posted", "total": amount, "currency": currencies.pop()}
        record = self.desk.insert(NAME, header, actor)
        for number, (name, receipt, line) in enumerate(receipts, start=1):
            self._keep(record, number, line, receipt)
            self.desk.store.change(name, receipt["key"], deposit=record["key"])
        self.desk.ledger.post(
            Posting(
                entry_date=record["deposit_date"],
                journal=self.desk.setup.receipts_journal,
                module=MODULE,
                origin_object=NAME,
                origin_key=record["key"],
                lines=merged(lines),
                description=record.get("description") or "",
            )
        )
        return record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change the description.

        Raises:
            BusinessError: anything else would change.
        """
        record = self.desk.require(NAME, key)
        if fields.keys() - {"description"}:
            raise errors.wrong_state("deposit", record["state"], "changed")
        return self.desk.modify(NAME, key, fields, actor)

    def delete(self, key: int, actor: Actor) -> None:
        """Refuse: a deposit is posted.

        Raises:
            BusinessError: always.
        """
        del actor
        raise errors.wrong_state("deposit", self.desk.require(NAME, key)["state"], "deleted")

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Refuse: a deposit has no workflow.

        Raises:
            BusinessError: always.
        """
        del fields, actor
        raise errors.wrong_state("deposit", self.desk.require(NAME, key)["state"], action)

    def derived(self, record: Record) -> dict[str, Any]:
        """Give nothing: a deposit stores all it shows."""
        del record
        return {}

    def _receipt(self, name: str, key: int, index: int) -> Record:
        receipt = self.desk.require(name, key)
        is_open = receipt["state"] in _DONE and receipt.get("undeposited_account") is not None
        if not is_open or receipt.get("deposit") is not None:
            raise errors.unknown_reference("receipt", receipt["id"], f"lines.{index}.id")
        return receipt

    def _lines(self, name: str, receipt: Record, header: Mapping[str, Any]) -> list[LedgerLine]:
        """What lies undeposited, taken from there and put on the bank's account."""
        bank = self.desk.require("bank_account", header["bank_account"])["account"]
        lying = [
            row
            for row in self.desk.ledger.of(name, receipt["key"])
            if row["account"] == receipt["undeposited_account"]
        ]
        return [
            LedgerLine(
                account=account,
                amount=sign * row["amount"],
                txn_amount=sign * row["txn_amount"],
                currency=row["currency"],
                dimensions={"location": row["location"]},
            )
            for row in lying
            for account, sign in ((bank, 1), (row["account"], -1))
        ]

    def _keep(self, record: Record, number: int, line: Mapping[str, Any], receipt: Record) -> None:
        now = self.desk.clock.stamp()
        stamped = {"parent": record["key"], "line_number": number, "amount": receipt["total"]}
        row = self.desk.store.insert(
            LINE, {**line, **stamped, "created_at": now, "modified_at": now}
        )
        self.desk.store.change(LINE, row["key"], id=receipt["id"])
