"""What people, lost writes and defects leave behind: planted in the simulator's books, unseen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from commerce.money import Money
from intacct.documents import JournalEntry, JournalLine, Side
from tests.unit.reconciliation.world import World

CENT = Decimal("0.01")


def table(world: World, name: str) -> list[Any]:
    """All records of a table of the simulator's books."""
    return list(world.company.books.store.rows(name))


def bend_line(world: World, place: int, amount: Decimal = CENT) -> str:
    """Change one posted line of the ledger behind everybody's back; the line's account."""
    store = world.company.books.store
    rows = table(world, "gl_detail")
    row = rows[place % len(rows)]
    amounts = {name: row[name] + amount for name in ("amount", "txn_amount")}
    store.change("gl_detail", row["key"], **amounts)
    account = store.get("account", row["account"])
    assert account is not None
    return str(account["id"])


def bend_total(world: World, name: str, amount: Decimal = CENT) -> Any:
    """Change the total of the first document of a table; the record as it was."""
    row = table(world, name)[0]
    world.company.books.store.change(name, row["key"], total=row["total"] + amount)
    return row


def lose(world: World, name: str, place: int = 0) -> Any:
    """Take a document and its ledger lines away; the record as it was."""
    store = world.company.books.store
    row = table(world, name)[place]
    for line in store.find("gl_detail", origin_key=row["key"], origin_object=name):
        store.remove("gl_detail", line["key"])
    store.remove(name, row["key"])
    return row


def double(world: World, name: str) -> Any:
    """Enter a document once more under the same reference, with its ledger lines."""
    store = world.company.books.store
    row = table(world, name)[0]
    lines = store.find("gl_detail", origin_key=row["key"], origin_object=name)
    other = store.insert(name, {key: row[key] for key in row if key != "key"})
    for line in lines:
        members = {key: line[key] for key in line if key != "key"}
        store.insert("gl_detail", {**members, "origin_key": other["key"]})
    return row


def enter_by_hand(
    world: World, account: str, *, on: date, amount: str = "0.01", reference: str = "BY-HAND"
) -> None:
    """A journal entry that a person made in Sage."""
    money = Money.of(amount, "USD")
    lines = (
        JournalLine(account, Side.DEBIT, money),
        JournalLine("4000", Side.CREDIT, money),
    )
    entry = JournalEntry(reference, "GJ", on, "by hand", lines)
    world.books.create(entry, control_id=reference, idempotency_key=reference)
