"""Which channels to post less deeply, so that a month stays within its allowance.

Pure, and advice only: a channel is moved by its owner, whose consent is kept
(`ops tenant depth`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.budgets.depths import Depth, Mix, Volume, cost_of

HEADROOM_PERCENT = 90
"""Advice begins before the allowance is passed: at nine tenths of it."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A store as it is posted now.

    `may_summarise` is False where business buyers get invoices, which no summary has.
    """

    store: str
    depth: Depth
    mix: Mix
    volume: Volume
    may_summarise: bool = True

    def costs(self, depth: Depth) -> int:
        """Its transactions of a month at that depth."""
        return cost_of(depth, self.mix, self.volume).transactions


@dataclass(frozen=True, slots=True)
class Move:
    """A channel that should be posted less deeply, and how many transactions a month it saves."""

    store: str
    now: Depth
    to: Depth
    saves: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a month: its transactions now, the moves, and what is left after them."""

    transactions: int
    allowance: int
    moves: tuple[Move, ...]

    @property
    def afterwards(self) -> int:
        """Transactions of the month once all moves are made."""
        return self.transactions - sum(move.saves for move in self.moves)

    @property
    def is_enough(self) -> bool:
        """Whether the moves bring the month below the bound."""
        return self.afterwards * 100 <= self.allowance * HEADROOM_PERCENT


def advise(channels: Sequence[Channel], allowance: int, *, others: int = 0) -> Advice:
    """The fewest and mildest moves that keep a month within nine tenths of its allowance.

    `thrifty` before `summary`, the channel that saves most first. `others` are transactions of the
    company that no channel makes: reads in the background, other integrations.
    """
    total = others + sum(channel.costs(channel.depth) for channel in channels)
    moves: dict[str, Move] = {}
    for to in (Depth.THRIFTY, Depth.SUMMARY):
        found = [_move(channel, to) for channel in channels if _can_move(channel, to)]
        for move in sorted(found, key=lambda move: (-move.saves, move.store)):
            if Advice(total, allowance, tuple(moves.values())).is_enough:
                break
            if move.saves > 0:
                moves[move.store] = move
    return Advice(total, allowance, tuple(moves.values()))


_RANKS = {Depth.FULL: 0, Depth.THRIFTY: 1, Depth.SUMMARY: 2, Depth.SUMMARY_PAYOUT: 2}


def _can_move(channel: Channel, to: Depth) -> bool:
    is_offered = to is not Depth.SUMMARY or channel.may_summarise
    return is_offered and _RANKS[channel.depth] < _RANKS[to]


def _move(channel: Channel, to: Depth) -> Move:
    saves = channel.costs(channel.depth) - channel.costs(to)
    return Move(channel.store, channel.depth, to, saves)
