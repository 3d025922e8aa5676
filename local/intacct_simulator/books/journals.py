"""Journal entries: balanced per entity or refused, drafts, automatic and asked-for reversals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.ledger import LedgerLine, Posting
from local.intacct_simulator.books.lines import DocumentLines, Line
from local.intacct_simulator.books.money import ZERO, rounded, total
from local.intacct_simulator.books.object_type import dimensions_of
from local.intacct_simulator.books.store import Record

NAME = "journal_entry"
MODULE = "generalLedger"
MIN_LINES = 2
INTER_ENTITY_RECEIVABLE = "1900"
INTER_ENTITY_PAYABLE = "2900"
ROUNDING_PER_LINE = Decimal("0.01")


class Journals:
    """The rules of journal entries."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._lines = DocumentLines(desk, NAME)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store an entry and post it unless it is a draft.

        Raises:
            BusinessError: it does not balance, has too few lines, or a field is wrong.
        """
        state = fields.get("state") or "posted"
        if state not in {"draft", "posted"}:
            raise errors.invalid("state", state, "a new entry is a draft or posted")
        given = {name: value for name, value in fields.items() if name != "lines"}
        cleaned = self.desk.check.new(NAME, given, entity=actor.entity)
        journal = self.desk.require("journal", cleaned["journal"])
        if journal["disallow_direct_posting"]:
            raise errors.invalid("journal", journal["id"], "it takes no direct postings")
        reversal_date = cleaned.get("reversal_date")
        if reversal_date is not None and reversal_date <= cleaned["posting_date"]:
            raise errors.invalid("reversal_date", reversal_date, "it must follow the posting date")
        lines = self._checked(cleaned, self._lines.new(fields.get("lines"), actor), journal)
        header = {
            "reversal_date": None,
            "base_location": None,
            **cleaned,
            "state": state,
            "module": MODULE,
            "number": self._number(journal),
            "is_statistical": journal["is_statistical"],
            "reversed_by": None,
            "reversal_of": None,
            "home": self.desk.entities.of_dimensions(lines[0])["key"],
        }
        record = self.desk.insert(NAME, header, actor)
        self._lines.save(record["key"], lines)
        return self._post(record, actor) if state == "posted" else record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change an entry in an open period; a posted one is posted anew.

        Raises:
            BusinessError: it is reversed, lies in a closed period, or no longer balances.
        """
        record = self.desk.require(NAME, key)
        if record["state"] not in {"draft", "posted"} or record["reversed_by"]:
            raise errors.wrong_state("journal entry", record["state"], "changed")
        given = {name: value for name, value in fields.items() if name != "lines"}
        changes = self.desk.check.changes(NAME, given, entity=actor.entity)
        state = changes.pop("state", record["state"]) or record["state"]
        if record["state"] == "posted" and state != "posted":
            raise errors.wrong_state("journal entry", "posted", "made a draft again")
        changed = {**record, **changes}
        journal = self.desk.require("journal", changed["journal"])
        lines = self._lines.changed(key, fields.get("lines"), actor)
        lines = self._checked(changed, lines, journal)
        self.desk.ledger.erase(NAME, key)
        record = self.desk.modify(NAME, key, {**changes, "state": state}, actor)
        self._lines.save(key, lines)
        return self._post(record, actor, again=True) if state == "posted" else record

    def delete(self, key: int, actor: Actor) -> None:
        """Delete a draft, or a posted entry without a reversal in an open period.

        Raises:
            BusinessError: it is reversed or reverses another, or its period is closed.
        """
        record = self.desk.require(NAME, key)
        is_free = not record["reversed_by"] and record["reversal_of"] is None
        if record["state"] != "draft" and not (record["state"] == "posted" and is_free):
            raise errors.wrong_state("journal entry", record["state"], "deleted")
        self.desk.ledger.erase(NAME, key)
        self.desk.remove(NAME, key, actor)

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Submit a draft, or reverse a posted entry once.

        Without a date the reversal is dated tomorrow, as Sage does (accounting reference §0).

        Raises:
            BusinessError: the state does not allow it, or the action is unknown.
        """
        record = self.desk.require(NAME, key)
        if action in {"submit", "approve"} and record["state"] == "draft":
            record = self.desk.modify(NAME, key, {"state": "posted"}, actor, how="submit")
            return self._post(record, actor)
        if action == "reverse" and record["state"] == "posted" and not record["reversed_by"]:
            on = fields.get("reversed_date") or self.desk.clock.today() + timedelta(days=1)
            return self._reverse(record, on, actor)
        raise errors.wrong_state("journal entry", record["state"], action)

    def derived(self, record: Record) -> dict[str, Any]:
        """Add the totals of both sides in base currency."""
        lines = self.desk.lines(NAME, record["key"])
        debit = total(row["base_amount"] for row in lines if row["side"] == "debit")
        credit = total(row["base_amount"] for row in lines if row["side"] == "credit")
        return {"total_debit": debit, "total_credit": credit}

    def _number(self, journal: Record) -> int:
        return int(self.desk.next_number(f"journal:{journal['id']}", ""))

    def _checked(self, header: Mapping[str, Any], lines: list[Line], journal: Record) -> list[Line]:
        is_statistical = journal["is_statistical"]
        if len(lines) < (1 if is_statistical else MIN_LINES):
            raise errors.missing("journal entry", "lines")
        for index, line in enumerate(lines):
            account = self.desk.require("account", line["account"])
            if line["amount"] < 0:
                raise errors.invalid(f"lines.{index}.amount", line["amount"], "it is negative")
            if (account["account_type"] == "statistical") is not is_statistical:
                raise errors.invalid(
                    f"lines.{index}.account", account["id"], "it does not fit the journal"
                )
            if account["disallow_direct_posting"]:
                raise errors.invalid(
                    f"lines.{index}.account", account["id"], "it takes no direct postings"
                )
            self._value(header, line)
        if not is_statistical:
            self._absorb_rounding(lines)
        return lines

    def _value(self, header: Mapping[str, Any], line: Line) -> None:
        home = self.desk.entities.of_dimensions(line)
        exchange = self.desk.currencies.exchange(line, home["currency"], header["posting_date"])
        line |= exchange.fields()
        line["amount"] = rounded(line["amount"], exchange.currency)
        line["base_amount"] = exchange.to_base(line["amount"])

    def _absorb_rounding(self, lines: list[Line]) -> None:
        """Let the largest line take a cent of conversion when the currencies themselves balance."""
        by_entity: dict[int, list[Line]] = defaultdict(list)
        for line in lines:
            by_entity[self.desk.entities.of_dimensions(line)["key"]].append(line)
        for rows in by_entity.values():
            sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
            for row in rows:
                sums[row["currency"]] += _signed(row, "amount")
            difference = total(_signed(row, "base_amount") for row in rows)
            if any(sums.values()) or not difference:
                continue
            if abs(difference) <= ROUNDING_PER_LINE * len(rows):
                largest = max(rows, key=lambda row: row["base_amount"])
                sign = 1 if largest["side"] == "debit" else -1
                largest["base_amount"] -= sign * difference

    def _post(self, record: Record, actor: Actor, *, again: bool = False) -> Record:
        rows = self.desk.lines(NAME, record["key"])
        lines = [
            LedgerLine(
                account=row["account"],
                amount=_signed(row, "base_amount"),
                txn_amount=_signed(row, "amount"),
                currency=row["currency"],
                dimensions=dimensions_of(row),
                memo=row.get("memo") or "",
            )
            for row in rows
        ]
        if record["base_location"] is not None and not record["is_statistical"]:
            lines += self._between_entities(record, lines)
        self.desk.ledger.post(
            Posting(
                entry_date=record["posting_date"],
                journal=self.desk.require("journal", record["journal"])["id"],
                module=MODULE,
                origin_object=NAME,
                origin_key=record["key"],
                lines=tuple(lines),
                description=record["description"],
                is_statistical=record["is_statistical"],
            )
        )
        if record["reversal_date"] is not None and not again:
            self._reverse(record, record["reversal_date"], actor)
            return self.desk.require(NAME, record["key"])
        return record

    def _between_entities(self, record: Record, lines: Sequence[LedgerLine]) -> list[LedgerLine]:
        """Balance each entity against the base location through the inter-entity accounts."""
        sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for line in lines:
            sums[self.desk.entities.of_dimensions(line.dimensions)["key"]] += line.amount
        base = self.desk.entities.of_location(record["base_location"])
        added = []
        for entity, difference in sums.items():
            if entity == base["key"] or not difference:
                continue
            if self.desk.require("location", entity)["currency"] != base["currency"]:
                raise errors.unbalanced("entities of different base currencies", difference)
            owes = (INTER_ENTITY_PAYABLE, INTER_ENTITY_RECEIVABLE)
            here, there = owes if difference > 0 else owes[::-1]
            for location, number, amount in (
                (entity, here, -difference),
                (base["key"], there, difference),
            ):
                added.append(
                    LedgerLine(
                        account=self.desk.account(number),
                        amount=amount,
                        txn_amount=amount,
                        currency=base["currency"],
                        dimensions={"location": location},
                        memo="inter-entity",
                    )
                )
        return added

    def _reverse(self, record: Record, on: date, actor: Actor) -> Record:
        if on < record["posting_date"]:
            raise errors.invalid("reversed_date", on, "it lies before the posting date")
        journal = self.desk.require("journal", record["journal"])
        reversal = self.desk.insert(
            NAME,
            {
                **{name: value for name, value in record.items() if name not in {"key", "id"}},
                "state": "posted",
                "posting_date": on,
                "description": f"Reversed - {record['description']}",
                "number": self._number(journal),
                "reversal_date": None,
                "reversal_of": record["key"],
            },
            actor,
        )
        flipped = [
            {
                **{name: value for name, value in row.items() if name not in {"key", "id"}},
                "side": "credit" if row["side"] == "debit" else "debit",
            }
            for row in self.desk.lines(NAME, record["key"])
        ]
        self._lines.save(reversal["key"], flipped)
        self.desk.ledger.mirror(NAME, record["key"], on=on, as_key=reversal["key"])
        changes = {"reversed_by": reversal["key"], "reversal_date": on}
        if record["reversal_date"] is None:
            changes["state"] = "reversed"
        self.desk.modify(NAME, record["key"], changes, actor, how="reverse")
        return reversal


def _signed(row: Mapping[str, Any], name: str) -> Decimal:
    amount: Decimal = row[name]
    return amount if row["side"] == "debit" else -amount
