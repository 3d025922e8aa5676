"""Orders that were lived into books in memory, and the plan of their undo."""

from __future__ import annotations

import tests.accounting.more_lives  # noqa: F401  # registers its lives
from intacct.capabilities import Protocol
from shared.ledger.records import Record
from shared.undo.plan import UndoPlan
from tests.accounting.lives import LIVES, OrderLife
from tests.unit.undo.rig import PK, UndoRig, told

LIFE = "order_a_one_tee_restocked"
INVOICE = "acme/100/INVOICE/shop:invoice:parcel-1"


def lived(name: str = LIFE) -> tuple[UndoRig, OrderLife]:
    rig, life = told(Protocol.REST), LIVES[name]()
    rig.live(life)
    return rig, life


def planned(rig: UndoRig, life: OrderLife) -> UndoPlan:
    return rig.undoer.plan(rig.kept, rig.ledger.chain(PK), life.book)


def change(rig: UndoRig, key: str, record: Record) -> None:
    rig.ledger.records[PK, key] = record
