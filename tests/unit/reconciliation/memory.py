"""The proof book and its sources in dictionaries; held to the same contract as the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from shared.facts.record import FactsStatus, order_of, order_pk
from shared.reconciliation.book import ChainMovedError, Link, RowHead
from shared.reconciliation.orders import OrderState
from shared.reconciliation.rows import Row
from tests.fake_day_book import MemoryDayBook
from tests.fakes import MemoryFacts, MemoryLedger


class MemoryProofBook:
    """Rows, links and files in dictionaries."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Row] = {}
        self.chains: dict[tuple[str, str], list[Link]] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self.opening: dict[tuple[str, str, str], Decimal] = {}

    def heads(self, tenant: str, store: str) -> Iterator[RowHead]:
        return (RowHead(row.name, row.version, row.is_open) for row in self.rows(tenant, store))

    def row(self, tenant: str, store: str, name: str) -> Row | None:
        return self.kept.get((tenant, store, name))

    def rows(self, tenant: str, store: str) -> Iterator[Row]:
        found = [row for (t, s, _), row in sorted(self.kept.items()) if (t, s) == (tenant, store)]
        return iter(found)

    def put(self, tenant: str, row: Row) -> None:
        self.kept[tenant, row.store, row.name] = row

    def latest(self, tenant: str, entity: str) -> Link | None:
        return next(reversed(self.chains.get((tenant, entity), [])), None)

    def links(self, tenant: str, entity: str) -> Iterator[Link]:
        return iter(list(self.chains.get((tenant, entity), [])))

    def append(self, link: Link, files: Mapping[str, bytes]) -> None:
        chain = self.chains.setdefault((link.tenant, link.entity), [])
        if any(one.sequence == link.sequence and one.hash != link.hash for one in chain):
            raise ChainMovedError
        self.files |= {(link.name, ending): body for ending, body in files.items()}
        if link not in chain:
            chain.append(link)

    def file(self, link: Link, ending: str) -> bytes | None:
        return self.files.get((link.name, ending))

    def accepted(self, tenant: str, entity: str) -> Mapping[str, Decimal]:
        return {a: v for (t, e, a), v in self.opening.items() if (t, e) == (tenant, entity)}

    def accept(self, tenant: str, entity: str, account: str, amount: Decimal) -> None:
        self.opening[tenant, entity, account] = amount


@dataclass(slots=True)
class MemorySources:
    """Orders from memory."""

    facts: MemoryFacts
    ledger: MemoryLedger
    days: MemoryDayBook = field(default_factory=MemoryDayBook)

    def order_versions(self, tenant: str) -> Iterator[tuple[str, str, int]]:
        for pk, record in sorted(self.facts.records.items()):
            of, store, order_id = order_of(pk)
            if of == tenant:
                yield store, order_id, record.version

    def known(self, tenant: str, store: str, order_ids: Iterable[str]) -> set[str]:
        read = {one: self.facts.records.get(order_pk(tenant, store, one)) for one in order_ids}
        return {
            one
            for one, record in read.items()
            if record is not None and record.status is not FactsStatus.WAITING
        }

    def order(self, tenant: str, store: str, order_id: str) -> OrderState | None:
        pk = order_pk(tenant, store, order_id)
        record = self.facts.load(pk)
        if record is None:
            return None
        return OrderState(record, self.ledger.chain(pk), self.days.entered(pk))

    def sent_since(self, tenant: str, since: datetime) -> Iterator[str]:
        seen = {
            pk
            for (pk, _), record in self.ledger.records.items()
            if record.sent_at is not None and record.sent_at >= since and f"#{tenant}#" in pk
        }
        return iter(sorted(seen))
