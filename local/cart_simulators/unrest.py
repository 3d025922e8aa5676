"""Trouble by the seed: orders that change while pages are read, late writes, faults of the wire."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from local.cart_simulators.book import OrderBook
from local.cart_simulators.catalogue import Catalogue
from local.cart_simulators.wire import Answer, Dropped
from local.intacct_simulator.clock import Clock

_BUSY = (429, 500, 502, 503)


class Trouble(BaseModel):
    """How often what goes wrong; chances lie between 0 and 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    change_chance: float = Field(default=0.0, ge=0, le=1)
    most_changes: int = Field(default=3, ge=1)
    fault_chance: float = Field(default=0.0, ge=0, le=1)
    latest_write_seconds: float = Field(default=0.0, ge=0)
    most_latency_seconds: float = Field(default=0.0, ge=0)


CALM = Trouble()


@dataclass(slots=True)
class Unrest:
    """Draws what happens around a request; the same seed draws the same."""

    dice: random.Random
    trouble: Trouble = CALM

    @classmethod
    def of(cls, seed: int, trouble: Trouble = CALM) -> Unrest:
        """The trouble of a seed."""
        return cls(random.Random(seed), trouble)  # noqa: S311  # a repeatable dice, no secret

    def pass_time(self, clock: Clock) -> None:
        """Let a frozen clock move on by what a request may take."""
        if clock.is_frozen and self.trouble.most_latency_seconds:
            clock.advance(self.dice.random() * self.trouble.most_latency_seconds)

    def strike(self) -> Answer | None:
        """A fault instead of an answer; None when all goes well.

        Raises:
            Dropped: the connection breaks.
        """
        if self.dice.random() >= self.trouble.fault_chance:
            return None
        status = self.dice.choice((0, *_BUSY))
        if not status:
            raise Dropped
        headers = {"retry-after": "1"} if status == _BUSY[0] else {}
        return Answer(status, b"<html>busy</html>", {"content-type": "text/html", **headers})

    def stir(self, book: OrderBook, candidates: Sequence[int] = ()) -> None:
        """After a page: some orders change, rather those that are being read."""
        if self.dice.random() >= self.trouble.change_chance:
            return
        ids = [order.id for order in book]
        for _ in range(self.dice.randint(1, self.trouble.most_changes) if ids else 0):
            known = self.dice.choice(candidates) if candidates and self._is_likely() else None
            late = self.dice.random() * self.trouble.latest_write_seconds
            book.lateness = timedelta(seconds=late)
            book.touch(known if known is not None else self.dice.choice(ids))
        book.lateness = timedelta(0)

    def stir_products(self, catalogue: Catalogue) -> None:
        """After a page of products: some of them change."""
        if self.dice.random() >= self.trouble.change_chance:
            return
        articles = [article for product in catalogue for article in product.articles]
        for _ in range(self.dice.randint(1, self.trouble.most_changes) if articles else 0):
            article = self.dice.choice(articles)
            cents = self.dice.randint(100, 9999)
            catalogue.change(article.id, {"price": Decimal(cents) / 100})

    def _is_likely(self) -> bool:
        return self.dice.random() < 0.7  # noqa: PLR2004  # most changes hit what is being read
