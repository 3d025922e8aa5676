"""Expected ledger lines: grouped, one side each, never negative, never netted (R-0.6, R-11.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

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
    sums: dict[tuple[bool, str, Dimensions], Money] = {}
    for amount in amounts:
        if amount.signed:
            key = (not amount.signed.is_negative, amount.account, amount.dimensions)
            before = sums.get(key)
            sums[key] = abs(amount.signed) if before is None else before + abs(amount.signed)
    ordered = sorted(sums, key=lambda key: (key[0], key[1], _spelled(key[2])))
    return tuple(
        JournalLine(account, side, sums[is_credit, account, dims].rounded(), dims)
        for is_credit, account, dims in ordered
        for side in (Side.CREDIT if is_credit else Side.DEBIT,)
    )


@lru_cache(maxsize=1_000)
def _spelled(dimensions: Dimensions) -> str:
    return repr(dimensions)


def line_reasons(
    lines: Iterable[JournalLine],
    amounts: Iterable[Amount],
    usual: Callable[[str], tuple[Hit, ...]],
) -> tuple[LineReason, ...]:
    """Why each line is what it is, in the order of the lines.

    Args:
        lines: `ledger_lines(amounts)`.
        amounts: those that made the lines.
        usual: the hits of an account that no rule chose for a single line.
    """
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
        for line in lines
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
