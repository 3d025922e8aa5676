"""Customer refunds: money given back elsewhere, recorded against the credits it clears."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.advances import money_account
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.ledger import LedgerLine, Posting, merged
from local.intacct_simulator.books.money import ZERO, rounded, total
from local.intacct_simulator.books.payments import exchange_difference
from local.intacct_simulator.books.receivables import MODULE
from local.intacct_simulator.books.settlement import CREDIT_OBJECTS, Party, Settlement
from local.intacct_simulator.books.store import Record

NAME = "customer_refund"
DETAIL = "customer_refund_detail"


class Refunds:
    """The rules of customer refunds: complete at once, undone only by reversal."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._settlement = Settlement(desk)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Pay credits out: debit what they stand on, credit the bank.

        Raises:
            BusinessError: a field is wrong, or more is refunded than a credit has left.
        """
        given = {name: value for name, value in fields.items() if name != "lines"}
        cleaned = self.desk.check.new(NAME, given, entity=actor.entity)
        money_account(self.desk, cleaned, "customer refund")
        details = self._details(fields.get("lines"), actor)
        kind, key, _ = _credit(details[0])
        first = self.desk.require(CREDIT_OBJECTS[kind], key)
        base_currency = first["base_currency"]
        cleaned.setdefault("currency", first["currency"])
        exchange = self.desk.currencies.exchange(cleaned, base_currency, cleaned["refund_date"])
        amount = total(detail["refund_amount"] for detail in details)
        record = self.desk.insert(
            NAME,
            {
                **cleaned,
                **exchange.fields(),
                "state": "complete",
                "total": amount,
                "base_total": exchange.to_base(amount),
                "home": first["home"],
                "settled": (),
            },
            actor,
        )
        for number, detail in enumerate(details, start=1):
            self._keep_detail(record, number, detail)
        return self._post(record, actor)

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change the texts of a refund.

        Raises:
            BusinessError: anything else would change.
        """
        record = self.desk.require(NAME, key)
        if fields.keys() - {"document_number", "reference_number", "description"}:
            raise errors.wrong_state("customer refund", record["state"], "changed")
        return self.desk.modify(NAME, key, fields, actor)

    def delete(self, key: int, actor: Actor) -> None:
        """Refuse: a refund is posted, so it is reversed and not deleted."""
        del actor
        record = self.desk.require(NAME, key)
        raise errors.wrong_state("customer refund", record["state"], "deleted")

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Reverse a refund: its credits are open again.

        Raises:
            BusinessError: it is reversed already, or the action is unknown.
        """
        record = self.desk.require(NAME, key)
        if action not in {"reverse", "void"} or record["state"] != "complete":
            raise errors.wrong_state("customer refund", record["state"], action)
        on = fields.get("reversed_date") or self.desk.clock.today()
        for memory in reversed(record["settled"]):
            self._settlement.give_back(memory, actor)
        self.desk.ledger.mirror(NAME, key, on=on, as_key=key)
        return self.desk.modify(NAME, key, {"state": "voided"}, actor, how="reverse")

    def derived(self, record: Record) -> dict[str, Any]:
        """Give nothing: a refund stores all it shows."""
        del record
        return {}

    def _details(self, given: Any, actor: Actor) -> list[dict[str, Any]]:
        if not given:
            raise errors.missing("customer refund", "lines")
        details = [self.desk.check.new(DETAIL, row, entity=actor.entity) for row in given]
        for index, detail in enumerate(details):
            if sum(detail.get(kind) is not None for kind in CREDIT_OBJECTS) != 1:
                raise errors.missing("customer refund detail", f"lines.{index}.adjustment")
            if detail["refund_amount"] <= 0:
                raise errors.invalid(
                    f"lines.{index}.refund_amount", detail["refund_amount"], "it is not positive"
                )
        return details

    def _keep_detail(self, record: Record, number: int, detail: Mapping[str, Any]) -> None:
        now = self.desk.clock.stamp()
        base = rounded(detail["refund_amount"] * record["exchange_rate"], record["base_currency"])
        row = self.desk.store.insert(
            DETAIL,
            {
                **detail,
                "parent": record["key"],
                "line_number": number,
                "base_refund_amount": base,
                "created_at": now,
                "modified_at": now,
            },
        )
        self.desk.store.change(DETAIL, row["key"], id=str(row["key"]))

    def _post(self, record: Record, actor: Actor) -> Record:
        party = Party(record["customer"], record["currency"], record["refund_date"])
        account = money_account(self.desk, record, "customer refund")
        lines: list[LedgerLine] = []
        settled = []
        for detail in self.desk.lines(NAME, record["key"]):
            kind, key, amount = _credit(detail)
            use = self._settlement.spend(kind, key, amount, party, actor)
            settled.append(use.memory())
            money = self._money_lines(record, account, use.lines)
            part = [*use.lines, *money]
            lines += [*part, *exchange_difference(self.desk, part)]
        self.desk.ledger.post(
            Posting(
                entry_date=record["refund_date"],
                journal=self.desk.setup.receipts_journal,
                module=MODULE,
                origin_object=NAME,
                origin_key=record["key"],
                lines=merged(lines),
                description=record.get("description") or "",
            )
        )
        return self.desk.modify(NAME, record["key"], {"settled": tuple(settled)}, actor)

    def _money_lines(
        self, record: Record, account: int, used: tuple[LedgerLine, ...]
    ) -> list[LedgerLine]:
        return [
            LedgerLine(
                account=account,
                amount=-rounded(line.txn_amount * record["exchange_rate"], record["base_currency"]),
                txn_amount=-line.txn_amount,
                currency=record["currency"],
                dimensions={"location": line.dimensions["location"]},
            )
            for line in used
        ]


def _credit(detail: Mapping[str, Any]) -> tuple[str, int, Decimal]:
    kind = next(kind for kind in CREDIT_OBJECTS if detail.get(kind) is not None)
    return kind, detail[kind], detail.get("refund_amount") or ZERO
