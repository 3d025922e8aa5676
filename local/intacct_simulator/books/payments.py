"""AR payments: new money and credits applied to invoices, overpayments, and their reversal."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.advances import money_account
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.ledger import LedgerLine, Posting, merged
from local.intacct_simulator.books.money import ZERO, rounded, total
from local.intacct_simulator.books.receivables import MODULE
from local.intacct_simulator.books.settlement import CREDIT_OBJECTS, Party, Settlement, Use
from local.intacct_simulator.books.store import Record

NAME = "ar_payment"
DETAIL = "ar_payment_detail"


class Payments:
    """The rules of payments."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._settlement = Settlement(desk)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store a payment and complete it unless it is a draft.

        Raises:
            BusinessError: a field is wrong, or more is applied than is due or available.
        """
        given = {name: value for name, value in fields.items() if name != "lines"}
        cleaned = self.desk.check.new(NAME, given, entity=actor.entity)
        if (cleaned.get("customer") is None) == (cleaned.get("payer_name") is None):
            raise errors.missing("payment", "customer")
        details = self._details(fields.get("lines"), cleaned, actor)
        home = self._home(cleaned, details, actor)
        exchange = self.desk.currencies.exchange(cleaned, home["currency"], cleaned["receipt_date"])
        overpaid = rounded(cleaned.get("overpayment_amount") or ZERO, exchange.currency)
        cash = total(detail.get("payment_amount") or ZERO for detail in details)
        if cash + overpaid:
            money_account(self.desk, cleaned, "payment")
        header = {
            "payment_date": cleaned["receipt_date"],
            "customer": None,
            "overpayment_location": None,
            **cleaned,
            **exchange.fields(),
            "overpayment_amount": overpaid,
            "overpayment_applied": ZERO,
            "total": cash + overpaid,
            "base_total": exchange.to_base(cash + overpaid),
            "state": "draft",
            "home": home["key"],
            "settled": (),
            "reversal_of": None,
            "reversed_by": None,
        }
        record = self.desk.insert(NAME, header, actor)
        for number, detail in enumerate(details, start=1):
            self._keep_detail(record, number, detail)
        if cleaned.get("state") != "draft":
            record = self._complete(record, actor)
        return record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change the texts of a draft.

        Raises:
            BusinessError: it is no draft, or more than texts would change.
        """
        record = self.desk.require(NAME, key)
        texts = {"document_number", "reference_number", "description"}
        if record["state"] != "draft" or fields.keys() - texts:
            raise errors.wrong_state("payment", record["state"], "changed")
        return self.desk.modify(NAME, key, fields, actor)

    def delete(self, key: int, actor: Actor) -> None:
        """Delete a draft.

        Raises:
            BusinessError: it is complete; a complete payment is reversed.
        """
        record = self.desk.require(NAME, key)
        if record["state"] != "draft":
            raise errors.wrong_state("payment", record["state"], "deleted")
        self.desk.remove(NAME, key, actor)

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Submit a draft, or reverse a complete payment and give its reversal.

        Raises:
            BusinessError: the state does not allow it, or the action is unknown.
        """
        record = self.desk.require(NAME, key)
        if action == "submit" and record["state"] == "draft":
            return self._complete(record, actor, how="submit")
        is_kept = record["overpayment_applied"] or record.get("deposit") is not None
        is_free = record["state"] == "complete" and not is_kept
        if action == "reverse" and is_free and record["reversal_of"] is None:
            return self._reverse(record, fields, actor)
        raise errors.wrong_state("payment", record["state"], action)

    def derived(self, record: Record) -> dict[str, Any]:
        """Add what is left of the overpayment."""
        is_open = record["state"] == "complete"
        left = self._settlement.available(NAME, record) if is_open else ZERO
        return {"overpayment_available": left}

    def _details(self, given: Any, header: Mapping[str, Any], actor: Actor) -> list[dict[str, Any]]:
        if not given and not header.get("overpayment_amount"):
            raise errors.missing("payment", "lines")
        details = []
        for index, row in enumerate(given or ()):
            detail = self.desk.check.new(DETAIL, row, entity=actor.entity)
            amounts = [detail.get(name) or ZERO for name in _AMOUNTS]
            debtors = [detail.get(name) for name in ("invoice", "positive_adjustment")]
            if sum(debtor is not None for debtor in debtors) != 1:
                raise errors.missing("payment detail", f"lines.{index}.invoice")
            if min(amounts) < 0 or not total(amounts):
                raise errors.invalid(f"lines.{index}", total(amounts), "an amount is positive")
            for kind in CREDIT_OBJECTS:
                if (detail.get(kind) is None) != (not detail.get(f"{kind}_amount")):
                    raise errors.missing("payment detail", f"lines.{index}.{kind}")
            details.append(detail)
        return details

    def _home(
        self, header: Mapping[str, Any], details: list[dict[str, Any]], actor: Actor
    ) -> Record:
        location = header.get("overpayment_location") or actor.entity
        if details:
            name, key = _debtor(details[0])
            location = self.desk.lines(name, key)[0]["location"]
        return self.desk.entities.of_dimensions({"location": location})

    def _keep_detail(self, record: Record, number: int, detail: Mapping[str, Any]) -> None:
        now = self.desk.clock.stamp()
        row = self.desk.store.insert(
            DETAIL,
            {
                **detail,
                "parent": record["key"],
                "line_number": number,
                "created_at": now,
                "modified_at": now,
                "base_payment_amount": rounded(
                    (detail.get("payment_amount") or ZERO) * record["exchange_rate"],
                    record["base_currency"],
                ),
            },
        )
        self.desk.store.change(DETAIL, row["key"], id=str(row["key"]))

    def _complete(self, record: Record, actor: Actor, *, how: str = "modify") -> Record:
        uses, lines = [], []
        for detail in self.desk.lines(NAME, record["key"]):
            for more_uses, more_lines in self._apply(record, detail, actor):
                uses += more_uses
                lines += more_lines
        if record["overpayment_amount"]:
            lines += self._overpay(record)
        self.desk.ledger.post(
            Posting(
                entry_date=record["receipt_date"],
                journal=self.desk.setup.receipts_journal,
                module=MODULE,
                origin_object=NAME,
                origin_key=record["key"],
                lines=merged(lines),
                description=record.get("description") or "",
            )
        )
        settled = tuple(use.memory() for use in uses)
        return self.desk.modify(
            NAME, record["key"], {"state": "complete", "settled": settled}, actor, how=how
        )

    def _apply(
        self, record: Record, detail: Record, actor: Actor
    ) -> list[tuple[list[Use], list[LedgerLine]]]:
        party = Party(record["customer"], record["currency"], record["receipt_date"])
        name, key = _debtor(detail)
        applied = []
        cash = detail.get("payment_amount") or ZERO
        if cash:
            paid = self._settlement.pay(name, key, cash, party, actor)
            applied.append(([paid], [*paid.lines, *self._cash_lines(record, paid)]))
        for kind in CREDIT_OBJECTS:
            amount = detail.get(f"{kind}_amount") or ZERO
            if not amount:
                continue
            spent = self._settlement.spend(kind, detail[kind], amount, party, actor)
            paid = self._settlement.pay(name, key, amount, party, actor)
            lines = [*spent.lines, *paid.lines]
            applied.append(([spent, paid], [*lines, *exchange_difference(self.desk, lines)]))
        return applied

    def _cash_lines(self, record: Record, paid: Use) -> list[LedgerLine]:
        account = money_account(self.desk, record, "payment")
        lines, rest = [], rounded(paid.amount * record["exchange_rate"], record["base_currency"])
        for position, line in enumerate(paid.lines):
            is_last = position == len(paid.lines) - 1
            part = rounded(-line.txn_amount * record["exchange_rate"], record["base_currency"])
            base = rest if is_last else part
            rest -= base
            lines.append(
                LedgerLine(
                    account=account,
                    amount=base,
                    txn_amount=-line.txn_amount,
                    currency=record["currency"],
                    dimensions={"location": line.dimensions["location"]},
                )
            )
        return [*lines, *exchange_difference(self.desk, [*lines, *paid.lines])]

    def _overpay(self, record: Record) -> list[LedgerLine]:
        amount = record["overpayment_amount"]
        base = rounded(amount * record["exchange_rate"], record["base_currency"])
        location = record["overpayment_location"] or record["home"]
        return [
            LedgerLine(
                account=money_account(self.desk, record, "payment"),
                amount=base,
                txn_amount=amount,
                currency=record["currency"],
                dimensions={"location": location},
            ),
            LedgerLine(
                account=self.desk.account(self.desk.setup.overpayment_account),
                amount=-base,
                txn_amount=-amount,
                currency=record["currency"],
                dimensions={
                    "location": location,
                    "department": record.get("overpayment_department"),
                    "customer": record["customer"],
                },
            ),
        ]

    def _reverse(self, record: Record, fields: Mapping[str, Any], actor: Actor) -> Record:
        on = fields.get("reversed_date") or self.desk.clock.today()
        if on < record["receipt_date"]:
            raise errors.invalid("reversed_date", on, "it lies before the receipt date")
        for memory in reversed(record["settled"]):
            self._settlement.give_back(memory, actor)
        mirrored = {
            **{name: value for name, value in record.items() if name not in {"key", "id"}},
            "state": "reversal",
            "receipt_date": on,
            "payment_date": on,
            "description": fields.get("memo") or record.get("description"),
            "total": -record["total"],
            "base_total": -record["base_total"],
            "overpayment_amount": ZERO,
            "settled": (),
            "reversal_of": record["key"],
        }
        reversal = self.desk.insert(NAME, mirrored, actor)
        self.desk.ledger.mirror(NAME, record["key"], on=on, as_key=reversal["key"])
        changes = {"state": "reversed", "reversed_by": reversal["key"]}
        self.desk.modify(NAME, record["key"], changes, actor, how="reverse")
        return reversal


_AMOUNTS = ("payment_amount", *(f"{kind}_amount" for kind in CREDIT_OBJECTS))


def exchange_difference(desk: Desk, lines: list[LedgerLine]) -> list[LedgerLine]:
    """Book what rates moved between a document and its settlement (realised gain or loss)."""
    difference = total(line.amount for line in lines)
    in_currency = total(line.txn_amount for line in lines)
    if not difference or in_currency:
        return []
    return [
        LedgerLine(
            account=desk.account(desk.setup.exchange_account),
            amount=-difference,
            txn_amount=Decimal(0),
            currency=lines[0].currency,
            dimensions={"location": lines[0].dimensions["location"]},
        )
    ]


def _debtor(detail: Mapping[str, Any]) -> tuple[str, int]:
    if detail.get("invoice") is not None:
        return "ar_invoice", detail["invoice"]
    return "ar_adjustment", detail["positive_adjustment"]
