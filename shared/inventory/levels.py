"""What a cart may offer of what the warehouses hold, and what of a change is not believed: pure.

Sage's figures count in the item's units, the cart's in the article's; `StockRule.contains` leads
from one to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from intacct.deletions import ImplausibleDeletionsError, compare
from shared.inventory import findings
from shared.policy.stock import SoldIn, StockPolicy, StockRule
from shared.postings.findings import Finding

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Held:
    """What Sage has of an item at some warehouses together, in the item's units.

    `taken` is what is allocated and reserved; None where Sage does not say.
    """

    on_hand: Decimal
    taken: Decimal | None = _NOTHING

    def __add__(self, other: Held) -> Held:
        """Both together; what one does not say is not known of both."""
        is_known = self.taken is not None and other.taken is not None
        taken = (self.taken or _NOTHING) + (other.taken or _NOTHING)
        return Held(self.on_hand + other.on_hand, taken if is_known else None)


@dataclass(frozen=True, slots=True)
class Level:
    """What a cart is to show of an article; `short` is by how much more is sold than there is."""

    quantity: Decimal
    short: Decimal = _NOTHING


def level_of(
    held: Held,
    policy: StockPolicy,
    rule: StockRule,
    *,
    committed: Decimal = _NOTHING,
    on_the_way: Decimal = _NOTHING,
    counts_on_hand: bool = False,
) -> Level:
    """The level that a cart is to show: on hand less what is sold, less the buffer, in whole packs.

    A cart that counts on hand takes its own orders off by itself. Cut down, never up, and not below
    zero unless overselling is allowed.

    Args:
        held: what the warehouses of the location have; `taken` is known where it counts.
        policy: the store's.
        rule: what is particular to the article.
        committed: what the cart itself says is sold and has not left, in its units.
        on_the_way: what was sold of the item and is not known to Sage yet, in the item's units.
        counts_on_hand: as `carts.catalogue.StockClient`.
    """
    free, sold = held.on_hand, _NOTHING
    if not counts_on_hand:
        match policy.sold_in:
            case SoldIn.SAGE:
                free -= (held.taken or _NOTHING) + on_the_way
            case SoldIn.CART:
                sold = committed
            case SoldIn.NOBODY:
                pass
    buffer = policy.buffer if rule.buffer is None else rule.buffer
    pack = policy.pack if rule.pack is None else rule.pack
    net = free / rule.contains - sold
    whole = in_packs(net - buffer, pack)
    missing = max(_NOTHING, -net)
    if whole < 0 and not policy.allows_oversell:
        whole = _NOTHING
    return Level(whole, missing)


def bundles_in(parts: Mapping[str, Decimal], free: Callable[[str], Decimal]) -> Decimal:
    """How many whole bundles there are: as many as the scarcest of its parts is enough for.

    Args:
        parts: how many units of each item one bundle holds.
        free: what is free of an item.
    """
    return min((free(item) / each).to_integral_value(ROUND_FLOOR) for item, each in parts.items())


def in_packs(quantity: Decimal, pack: Decimal) -> Decimal:
    """The greatest multiple of the pack that is not above the quantity."""
    return (quantity / pack).to_integral_value(ROUND_FLOOR) * pack


def doubt(
    store: str, article: str, policy: StockPolicy, shown: Decimal | None, wanted: Decimal
) -> Finding | None:
    """Why a person must look at a change before it is made; None where it is plausible.

    `shown` is what the other side has now; None where it does not say.
    """
    if wanted > policy.most:
        return findings.too_many(store, article, wanted)
    if shown is None:
        return None
    change, greater = abs(wanted - shown), max(abs(wanted), abs(shown))
    if change >= policy.jump_units and change > policy.jump_share * greater:
        return findings.jump(store, article, shown, wanted)
    return None


def is_mass(emptied: Collection[str], shown: Collection[str]) -> bool:
    """Whether so many articles go to zero at once that a lost reading is likelier than sales."""
    try:
        compare(shown, set(shown) - set(emptied))
    except ImplausibleDeletionsError:
        return True
    return False
