"""A company whose people move stock: warehouses in memory, and what moves it once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from commerce.money import Money
from intacct.documents import Document, DocumentResult
from intacct.errors import IntacctError
from intacct.stock import StockDocument, StockLevel, WarehouseTransfer
from shared.costs.register import CostHistory, UnitCost
from shared.inventory.articles import Articles
from shared.inventory.movement_plans import MovementPlans
from shared.inventory.movements import MovementKind, Movements, Wanted
from shared.inventory.moving import Mover, MoveReport, MoverParts
from shared.ledger.apply import Applier
from shared.ownership.table import Ownership
from tests.fakes import FakeBooks, counting_ids
from tests.unit.bundles.memory import MemoryBundles
from tests.unit.inventory.memory import MemoryMovements
from tests.unit.inventory.rig import Rig, Sage, policy, table

WRITE_OFF, RECEIVE = "Write Off", "Return Receipt"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


class MovingSage(Sage):
    """Warehouses that take transfers as well; it is asked for one item, not for a whole place."""

    down: IntacctError | None = None

    def land(self, document: Document) -> DocumentResult:
        if isinstance(document, WarehouseTransfer):
            for moved in document.lines:
                self._add(moved.item, moved.from_warehouse, -moved.quantity)
                self._add(moved.item, moved.to_warehouse, moved.quantity)
        else:
            assert isinstance(document, StockDocument)
            sign = -1 if document.definition == WRITE_OFF else 1
            for line in document.lines:
                self._add(line.item, line.warehouse, sign * line.quantity)
        return FakeBooks.land(self, document)

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        return FakeBooks.create(
            self, document, control_id=control_id, idempotency_key=idempotency_key
        )

    def stock_levels(self, items: tuple[str, ...] = (), warehouse: str = "") -> list[StockLevel]:
        if self.down is not None:
            raise self.down
        return [
            StockLevel(item, place, held)
            for (item, place), held in self.on_hand.items()
            if place == warehouse and item in items
        ]

    def _add(self, item: str, warehouse: str, quantity: Decimal) -> None:
        self.on_hand[item, warehouse] = self.on_hand.get((item, warehouse), Decimal(0)) + quantity


class MovingRig:
    """One shop whose goods are in W1 and W2; Sage owns both unless `ownership` says otherwise."""

    def __init__(
        self,
        *,
        ownership: Ownership | None = None,
        places: tuple[tuple[str, str], ...] = (("W1", "71001"), ("W2", "71002")),
        **members: Any,
    ) -> None:
        drawn = policy(*places, **{"write_off": WRITE_OFF, "receive": RECEIVE, **members})
        self.rig = Rig(drawn, ownership=ownership or table())
        self.clock, self.reviews, self.ledger = self.rig.clock, self.rig.reviews, self.rig.ledger
        self.sage = MovingSage(self.clock)
        self.sage.has("MUG", "W1", 10)
        self.movements: Movements = MemoryMovements()
        self.costs: dict[str, CostHistory] = {}
        self.tenant = self.rig.tenant
        articles = Articles(self.rig.links, lambda *_: self.sage, MemoryBundles())
        applier = Applier(
            self.ledger,
            self.sage,
            clock=self.clock.now,
            ids=counting_ids(),
            pause=self.clock.advance,
        )
        self.mover = Mover(
            MoverParts(
                movements=self.movements,
                plans=MovementPlans(articles, lambda *_: self.sage, self, self.clock.now),
                ledger=self.ledger,
                applier_of=lambda *_: applier,
                reviews=self.reviews,
                clock=self.clock.now,
            )
        )

    def load_many(self, tenant: str, store: str, articles: Any) -> dict[str, CostHistory]:
        """The register of costs."""
        del tenant, store
        return {name: self.costs[name] for name in articles if name in self.costs}

    def note(
        self,
        tenant: str,
        store: str,
        article: str,
        cost: UnitCost,
        *,
        known: CostHistory | None = None,
    ) -> bool:
        raise NotImplementedError

    def all(self, tenant: str, store: str) -> list[tuple[str, CostHistory]]:
        raise NotImplementedError

    def costs_of(self, article: str, *amounts: str) -> None:
        """Its costs, a year apart, from 2025 on."""
        self.costs[article] = tuple(
            UnitCost(LONG_AGO.replace(year=2025 + number), Money.of(amount, "USD"))
            for number, amount in enumerate(amounts)
        )

    def plan(self, wanted: Wanted) -> MoveReport:
        return self.mover.plan(self.tenant, wanted, "counted")

    def move(self, wanted: Wanted, *, release_by: str = "") -> MoveReport:
        until = self.clock.now() + timedelta(seconds=240)
        return self.mover.move(self.tenant, wanted, "counted", until, release_by=release_by)

    def on_hand(self, warehouse: str, item: str = "MUG") -> int:
        return int(self.sage.on_hand.get((item, warehouse), 0))


def transfer(quantity: str = "3", reference: str = "R-1", **members: Any) -> Wanted:
    """Three mugs from the first warehouse to the second."""
    given = {"item": "MUG", "from_warehouse": "W1", "to_warehouse": "W2", **members}
    return Wanted(MovementKind.TRANSFER, reference, Decimal(quantity), **given)


def of_store(kind: MovementKind, quantity: str = "2", **members: Any) -> Wanted:
    """Goods of the shop, at the first warehouse."""
    place = "from_warehouse" if kind is MovementKind.WRITE_OFF else "to_warehouse"
    given = {"store": "shop-0", "item": "MUG", place: "W1", "reference": "R-1", **members}
    return Wanted(kind=kind, quantity=Decimal(quantity), **given)
