"""Looks an order up in Sage, document by document; nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.against.comparing import Compared, compare
from shared.facts.record import FactsStore, order_pk
from shared.ledger.apply import results_of
from shared.ledger.port import Ledger
from shared.ports import Books
from shared.posting.doubts import begun
from shared.posting.post_order import Planner
from shared.posting.versions import OrderBooks
from shared.postings.findings import Finding, Reason
from shared.tenants.models import Tenant


class LookRequest(BaseModel):
    """Which order to look up; sent to the posting function by `order plan --against books`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str = Field(min_length=1)
    store: str = Field(min_length=1)
    order_id: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found; with a finding nothing was asked."""

    documents: tuple[Compared, ...] = ()
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Ids, codes and amounts, as the posting function answers them."""
        return {
            "documents": [
                {
                    "key": one.key,
                    "number": one.number,
                    "state": one.state,
                    "standing": one.standing.value,
                    "is_right": one.is_right,
                    "differences": list(one.differences),
                    "sage_key": one.sage_key,
                    "sage_id": one.sage_id,
                    "sage_state": one.sage_state,
                    "total": one.total,
                }
                for one in self.documents
            ],
            "findings": [f"{one.place}: {one.message}" for one in self.findings],
        }


@dataclass(frozen=True, slots=True)
class OrderLooker:
    """Looks orders up at their companies; `books_of` gives the books of a tenant and entity."""

    tenant_of: Callable[[str], Tenant]
    facts: FactsStore
    ledger: Ledger
    books: OrderBooks
    books_of: Callable[[Tenant, str], Books]
    plan: Planner

    def look(self, request: LookRequest) -> Look:
        """Compare all documents of the order with Sage: one call for each.

        Raises:
            UnknownTenantError: there is no such tenant.
            IntacctError: Sage could not be asked.
        """
        tenant = self.tenant_of(request.tenant)
        pk = order_pk(request.tenant, request.store, request.order_id)
        record = self.facts.load(pk)
        if record is None:
            return Look(findings=(_nothing_known(request),))
        chain = self.ledger.chain(pk)
        choice = self.books.choose(tenant, record, chain)
        if choice.book is None:
            return Look(findings=choice.findings)
        planned = self.plan(record.facts, results_of(chain), choice.book, begun(chain)).postings
        if not record.status.has_work:
            planned = ()
        find = self.books_of(tenant, choice.book.entity).find
        return Look(tuple(compare(chain, planned, find)))


def _nothing_known(request: LookRequest) -> Finding:
    return Finding(
        Reason.UNKNOWN, f"order {request.order_id} of store {request.store}", "nothing is known"
    )
