"""Expected ledger lines: grouped, one side each, never negative, never netted (R-0.6, R-11.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from commerce.money import Money
from intacct.documents import Dimensions, JournalLine, Side
from shared.postings.hits import Hit, LineReason
from shared.postings.meter import Amounts
from shared.postings.pieces import Piece


@dataclass(frozen=True, slots=True)
class Amount:
    """A signed amount on an account: positive is a credit, negative a debit.

    `hits` are the rules of the mapping that chose account and dimensions.
    """

    account: str
    signed: Money
    dimensions: Dimensions
    hits: tuple[Hit, ...] = field(default=(), compare=False)

    def reversed(self) -> Amount:
        """The same amount on the other side."""
        return Amount(self.account, -self.signed, self.dimensions, self.hits)


def credit(account: str, amount: Money, dimensions: Dimensions) -> Amount:
    """An amount on the credit side."""
    return Amount(account, amount, dimensions)


def debit(account: str, amount: Money, dimensions: Dimensions) -> Amount:
    """An amount on the debit side."""
    return Amount(account, -amount, dimensions)


def ledger_lines(amounts: Iterable[Amount]) -> tuple[JournalLine, ...]:
    """Group by account, side and dimensions; debits first, then by account; zero lines dropped."""
    sums: dict[tuple[Side, str, Dimensions], Money] = {}
    for amount in amounts:
        if amount.signed:
            side = Side.DEBIT if amount.signed.is_negative else Side.CREDIT
            key = (side, amount.account, amount.dimensions)
            sums[key] = sums.get(key, Money.zero(amount.signed.currency)) + abs(amount.signed)
    ordered = sorted(sums, key=lambda key: (key[0] is Side.CREDIT, key[1], repr(key[2])))
    return tuple(
        JournalLine(account, side, sums[side, account, dims].rounded(), dims)
        for side, account, dims in ordered
    )


def line_reasons(
    amounts: Iterable[Amount], usual: Callable[[str], tuple[Hit, ...]]
) -> tuple[LineReason, ...]:
    """Why each line of `ledger_lines(amounts)` is what it is, in the order of the lines.

    Args:
        amounts: those that made the lines.
        usual: the hits of an account that no rule chose for a single line.
    """
    amounts = list(amounts)
    hits: dict[tuple[Side, str, Dimensions], dict[Hit, None]] = {}
    for amount in amounts:
        side = Side.DEBIT if amount.signed.is_negative else Side.CREDIT
        of_line = hits.setdefault((side, amount.account, amount.dimensions), {})
        of_line.update(dict.fromkeys(amount.hits or usual(amount.account)))
    return tuple(
        LineReason(
            line.account,
            line.side,
            line.dimensions,
            tuple(hits[line.side, line.account, line.dimensions]),
        )
        for line in ledger_lines(amounts)
    )


def signed(lines: Iterable[JournalLine]) -> list[Amount]:
    """Journal lines as signed amounts, to be grouped again."""
    return [
        Amount(line.account, line.amount * (1 if line.side is Side.CREDIT else -1), line.dimensions)
        for line in lines
    ]


def imbalance(lines: Iterable[JournalLine], currency: str) -> Money:
    """Credits less debits: zero when the lines balance."""
    balance = Money.zero(currency)
    for amount in signed(lines):
        balance += amount.signed
    return balance


def of_pieces(amounts: Amounts, pieces: Mapping[str, Piece]) -> list[Amount]:
    """Amounts by piece id on the accounts of their pieces."""
    return [
        Amount(pieces[piece_id].account, amount, pieces[piece_id].dimensions, pieces[piece_id].hits)
        for piece_id, amount in amounts.items()
    ]
