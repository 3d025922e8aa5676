"""The register of bundles: what an article that is one is made of, and since when.

An order is booked by what its bundles were made of when it was placed. Compositions are only ever
added after those that are known, so that none moves what was booked before. An article that was
linked as one item before it was registered stays one article for the orders of that time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from commerce.orders import Facts
from shared.postings.articles import article_of_line
from shared.postings.bundle_parts import Bundle, Part

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when an article is a bundle of which nothing can be in the books as one article."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What an article is made of since an instant (aware); of nothing: it is no bundle any more.

    Where it is not `is_fixed` buyers choose among the parts: only an order tells its own then.
    """

    since: datetime
    parts: tuple[Part, ...]
    is_fixed: bool = True


CompositionHistory = tuple[Composition, ...]
"""The compositions of one article, the oldest first; never empty."""


class BundlesMovedError(Exception):
    """Others kept changing what the article is made of: try again."""


class BundleRegister(Protocol):
    """Keeps what bundles are made of; every write is conditional, nothing is taken away."""

    def load_many(
        self, tenant: str, store: str, articles: Iterable[str]
    ) -> Mapping[str, CompositionHistory]:
        """The compositions of those articles that have one, by consistent reads."""
        ...

    def note(self, tenant: str, store: str, article: str, told: Composition) -> bool:
        """Add a composition that differs from the newest one; whether it was added.

        Raises:
            ValueError: it would change what already holds.
            BundlesMovedError: others kept changing it.
        """
        ...


def with_composition(history: CompositionHistory, told: Composition) -> CompositionHistory:
    """The history with one more composition; the same where it says nothing new.

    Raises:
        ValueError: it would change what already holds.
    """
    newest = history[-1] if history else Composition(told.since, ())
    if (newest.parts, newest.is_fixed or not newest.parts) == (told.parts, told.is_fixed):
        return history
    if history and told.since <= history[-1].since:
        message = f"is known since {history[-1].since.isoformat()} already"
        raise ValueError(message)
    return (*history, told)


def bundle_at(history: CompositionHistory, instant: datetime) -> Bundle | None:
    """What the article is for an order placed at the instant; None where it is no bundle then."""
    held = [told for told in history if told.since <= instant]
    told = held[-1] if held else history[0]
    return Bundle(told.parts, was_known=bool(held) and told.is_fixed) if told.parts else None


@dataclass(frozen=True, slots=True)
class OrderBundles:
    """Asked for an order's bundles, it answers what each was made of when it was placed."""

    register: BundleRegister

    def __call__(self, tenant: str, store: str, facts: Facts) -> Mapping[str, Bundle]:
        """The bundles among the articles of the order and its earlier editions, by article.

        Raises:
            LeftUnreadError: DynamoDB kept leaving some unread.
            botocore.exceptions.ClientError: they could not be read.
        """
        order = facts.order
        if order is None:
            return {}
        lines = [*order.lines, *(line for edition in facts.editions for line in edition.lines)]
        found = self.register.load_many(tenant, store, {article_of_line(line) for line in lines})
        told = {article: bundle_at(known, order.placed_at) for article, known in found.items()}
        return {article: bundle for article, bundle in told.items() if bundle is not None}
