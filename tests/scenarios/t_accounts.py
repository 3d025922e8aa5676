"""T-accounts of an order's life, for an accountant to read."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from intacct.documents import Side
from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.ledger import TABLE
from shared.postings.plan import Posting

_HALF = 30
_WORDS = {
    "journal_entry": "journal",
    "sales_document": "invoice",
    "ar_payment": "payment",
    "ar_advance": "advance",
    "ar_adjustment": "memo",
    "ar_invoice": "invoice",
}
Entries = dict[str, list[tuple[str, Side, Decimal]]]
"""Account to what happened there, on which side, and the amount."""


def t_accounts(postings: Iterable[Posting]) -> str:
    """One T for each account: debits left, credits right, the balance below."""
    entries: Entries = {}
    for posting in postings:
        what = f"{posting.true_on:%d %b} {posting.kind.value}"
        for line in posting.effect:
            entries.setdefault(line.account, []).append((what, line.side, line.amount.amount))
    return _drawn(entries)


def t_accounts_in(books: Books) -> str:
    """The same of everything in a simulated company's ledger, counts left out."""
    entries: Entries = {}
    for row in books.store.rows(TABLE):
        account = books.get("account", row["account"])
        if account is not None and not row["is_statistical"]:
            origin = str(row["origin_object"])
            what = f"{row['entry_date']:%d %b} {_WORDS.get(origin, origin)[:9]}"
            side = Side.DEBIT if row["amount"] > 0 else Side.CREDIT
            entries.setdefault(str(account["id"]), []).append((what, side, abs(row["amount"])))
    return _drawn(entries)


def _drawn(entries: Entries) -> str:
    return "\n\n".join(_t(account, entries[account]) for account in sorted(entries))


def _t(account: str, entries: list[tuple[str, Side, Decimal]]) -> str:
    lines = [account.center(2 * _HALF + 1), "-" * _HALF + "+" + "-" * _HALF]
    for what, side, amount in entries:
        told = f" {what:<16}{amount:>12.2f}".ljust(_HALF)
        blank = " " * _HALF
        left, right = (told, blank) if side is Side.DEBIT else (blank, told)
        lines.append(f"{left}|{right}".rstrip())
    balance = sum(amount if side is Side.DEBIT else -amount for _, side, amount in entries)
    side_told = f" {'balance':<16}{abs(balance):>12.2f}".ljust(_HALF)
    lines.append("-" * _HALF + "+" + "-" * _HALF)
    blank = " " * _HALF
    lines.append(f"{side_told}|" if balance >= 0 else f"{blank}|{side_told}".rstrip())
    return "\n".join(lines)
