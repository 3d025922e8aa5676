"""What a cart counts of items, and by how much a warehouse of Sage must change for it: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from commerce.catalogue import InventoryLevel
from shared.inventory import findings
from shared.inventory.articles import Named
from shared.inventory.cases import Case, article_of_level
from shared.inventory.levels import Held, doubt, in_packs, is_mass
from shared.postings.findings import Finding

_NOTHING = Held(Decimal(0))


@dataclass(frozen=True, slots=True)
class Tally:
    """What the cart has of items, in Sage's units; of those left out something is not believed.

    `articles` names one article of each item, for people.
    """

    wanted: Mapping[str, Decimal]
    articles: Mapping[str, str]
    left_out: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()

    def without(self, items: Iterable[str], *found: Finding) -> Tally:
        """With these items left out as well, for these reasons."""
        gone = frozenset(items)
        wanted = {item: quantity for item, quantity in self.wanted.items() if item not in gone}
        return Tally(wanted, self.articles, self.left_out | gone, (*self.findings, *found))


@dataclass(slots=True)
class Changes:
    """By how much each item's stock must change, and what is not changed for a reason."""

    by_item: dict[str, Decimal] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def tally(case: Case, rows: Sequence[InventoryLevel], named: Named) -> Tally:
    """Add up what the cart has on hand at all locations of a warehouse.

    What is available counts where the cart does not tell what is on hand. An item is left out whole
    where one of its articles is absurd or not told: a part of it would be wrong.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    left_out: set[str] = set()
    for row in rows:
        article = article_of_level(row)
        if article not in named.items:
            continue
        quantity = row.on_hand if row.on_hand is not None else row.available
        if quantity is None:
            left_out.add(named.items[article])
        else:
            sums[article] += quantity
    found: list[Finding] = []
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    articles: dict[str, str] = {}
    for article, quantity in sums.items():
        item = named.items[article]
        articles.setdefault(item, article)
        why = _absurd(case, article, quantity)
        if why is None:
            wanted[item] += quantity * case.rule(article).contains
        else:
            found.append(why)
            left_out.add(item)
    return Tally(dict(wanted), articles, frozenset(), tuple(found)).without(left_out)


def _absurd(case: Case, article: str, quantity: Decimal) -> Finding | None:
    pack = case.rule(article).pack or case.store.stock.pack
    if quantity < 0:
        return findings.negative(case.store.id, article, quantity)
    if in_packs(quantity, pack) != quantity:
        return findings.fractional(case.store.id, article, quantity)
    return None


def changes(case: Case, told: Tally, held: Mapping[str, Held]) -> Changes:
    """What is to be adjusted, of what is plausible; a person's word counts before a doubt."""
    done = Changes(findings=list(told.findings))
    shown = {item for item in told.wanted if held.get(item, _NOTHING).on_hand > 0}
    emptied = {item for item in shown if not told.wanted[item]}
    hidden: set[str] = set()
    if is_mass(emptied, shown):
        hidden = {item for item in emptied if not case.accepts(told.articles[item])}
    if hidden:
        done.findings.append(findings.emptied(case.store.id, len(hidden)))
    for item, wanted in sorted(told.wanted.items()):
        on_hand = held.get(item, _NOTHING).on_hand
        if wanted == on_hand or item in hidden:
            continue
        article = told.articles[item]
        why = doubt(case.store.id, article, case.store.stock, on_hand, wanted)
        if why is not None and not case.accepts(article):
            done.findings.append(why)
        else:
            done.by_item[item] = wanted - on_hand
    return done
