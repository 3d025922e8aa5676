"""`make lives`: many drawn order lives, each held to every invariant."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from shared.postings.plan import Reason
from tests.lives.books import HeldError, at_once
from tests.lives.carts import Life, draw
from tests.lives.edited_days import an_edit_belongs_to_its_own_day
from tests.lives.invariants import INVARIANTS, OF_ALL_THAT_IS_PAID, Invariant
from tests.lives.markets import (
    a_tax_left_out_changes_nothing_else,
    leaves_tax_out,
    marketed,
)
from tests.lives.sweep import swept
from tests.lives.wider import wider

FOR_PEOPLE = {
    Reason.REFUND_EXCEEDS_INVOICE,
    Reason.OUT_OF_SCOPE,
    Reason.CONFIGURATION_MISSING,
}
"""Why a wider life may be held: more of an agency's tax goes back than an allowance left (R-3.4),
money that nothing covers, fees beyond what is credited, and an advance given back to a gift card,
for which the shop has no financial entity. For the last any life may be held."""

_CARD_ENTITIES = {
    f"mapping.tenders[{tender}].financial_entity"
    for tender in ("gift_card", "shopify_store_credit")
}

_CHUNK = 50


def broken(seed: int) -> list[str]:
    """Which invariants the life of that seed breaks, in words."""
    life = draw(seed)
    try:
        books = at_once(life)
    except AssertionError as error:
        if _lacks_card_entity(error):
            return broken_widely(seed) + broken_at_market(seed)
        return [f"seed {seed}: cannot be planned: {error}"]
    found = []
    for holds in INVARIANTS:
        try:
            holds(life, books)
        except AssertionError as error:
            if not _lacks_card_entity(error):
                found.append(f"seed {seed}: {holds.__name__}: {error}".splitlines()[0])
    found += broken_widely(seed) + broken_at_market(seed)
    try:
        swept(seed)
    except AssertionError as error:
        found.append(f"seed {seed}: swept: {error}".splitlines()[0])
    try:
        an_edit_belongs_to_its_own_day(life)
    except AssertionError as error:
        found.append(f"seed {seed}: edited: {error}".splitlines()[0])
    return found


def _lacks_card_entity(error: AssertionError) -> bool:
    """Whether a life is held for the entity that an advance needs to go back to a card or credit.

    One way of hearing may need it and another not: whether a cent of what went back to it was
    billed before, or is given back of an advance, depends on what was heard first.
    """
    return isinstance(error, HeldError) and error.places <= _CARD_ENTITIES


def broken_widely(seed: int) -> list[str]:
    """Which invariants the wider life of that seed breaks; none where it is held for a person."""
    return _broken_life(wider(seed), f"seed {seed}: wider", INVARIANTS)


def broken_at_market(seed: int) -> list[str]:
    """The same of its life at a marketplace.

    Where a tax is left out of the books, they are held to those in which it is shown, and not to
    the amounts of the cart.
    """
    life = marketed(seed)
    held_to: Sequence[Invariant] = INVARIANTS
    if leaves_tax_out(life):
        kept = (holds for holds in INVARIANTS if holds not in OF_ALL_THAT_IS_PAID)
        held_to = (*kept, a_tax_left_out_changes_nothing_else)
    return _broken_life(life, f"seed {seed}: market", held_to)


def _broken_life(life: Life, name: str, invariants: Sequence[Invariant]) -> list[str]:
    found = []
    try:
        books = at_once(life)
    except HeldError as held:
        odd = held.reasons - FOR_PEOPLE
        return [f"{name}: held: {sorted(odd)}"] if odd else []
    for holds in invariants:
        try:
            holds(life, books)
        except AssertionError as error:
            if not (isinstance(error, HeldError) and error.reasons <= FOR_PEOPLE):
                found.append(f"{name}: {holds.__name__}: {error}".splitlines()[0])
    return found


def _broken_of(seeds: Sequence[int]) -> list[str]:
    return [line for seed in seeds for line in broken(seed)]


def _parts(chunks: Sequence[Sequence[int]], jobs: int) -> Iterator[list[str]]:
    """The findings of each chunk; without jobs in this very process."""
    if not jobs:
        yield from map(_broken_of, chunks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_broken_of, chunks)


def main(arguments: Sequence[str]) -> int:
    """Live the lives; 1 when an invariant was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.lives", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2_000, help="how many lives")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="processes; 0: this one")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    seeds = range(options.first, options.first + options.seeds)
    chunks = [seeds[at : at + _CHUNK] for at in range(0, len(seeds), _CHUNK)]
    found: list[str] = []
    for part in _parts(chunks, options.jobs):
        found += part
    sys.stdout.write("".join(f"{line}\n" for line in found[:40]))
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{len(seeds)} lives, {len(found)} broken invariants, {seconds:.0f} s\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
