"""What happens to warehouses in Sage: people are told where the tenant's document names one.

Warehouses are named in documents of tenants only, and nothing is made of one that is gone: its
stock is not carried, and orders that sell from it are refused, until the document or the company is
put right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intacct.names import NameKind
from intacct.reading import Kept
from shared.changes.ports import Change, Gone, Known
from shared.customers.keeping import TOP_LEVEL
from shared.ports import Clock
from shared.postings.findings import Finding, Reason
from shared.reviews.records import Reviews
from shared.tenants.models import Tenant
from shared.tenants.named import named

_INACTIVE = "inactive"


def warehouse_subject(warehouse: str) -> str:
    """The subject of a warehouse that cannot be used: `warehouse:<id>`."""
    return f"warehouse:{warehouse}"


def warehouses_of(tenant: Tenant) -> frozenset[str]:
    """The ids of all warehouses that the tenant's document names."""
    return frozenset(one.name for one in named(tenant) if one.kind is NameKind.WAREHOUSE)


class WarehouseChanges:
    """Names the warehouses of tenants' documents, and tells people which cannot be used."""

    kinds = frozenset({Kept.WAREHOUSE})

    def __init__(self, reviews: Reviews, *, clock: Clock) -> None:
        """`reviews` are opened for what cannot be used, and closed when it can again."""
        self._reviews = reviews
        self._clock = clock

    def known(self, tenant: Tenant, entity: str, kind: Kept) -> Iterable[Known]:
        """The warehouses by their ids: no key of them is kept."""
        if entity == TOP_LEVEL and kind is Kept.WAREHOUSE:
            yield from (Known("", one) for one in sorted(warehouses_of(tenant)))

    def changed(self, tenant: Tenant, entity: str, changes: Sequence[Change]) -> None:
        """Tell which warehouses were deactivated, and which can be used again.

        Raises:
            botocore.exceptions.ClientError: a review could not be written.
        """
        named_here = warehouses_of(tenant) if entity == TOP_LEVEL else frozenset()
        for one in changes:
            if one.kind is Kept.WAREHOUSE and one.id in named_here:
                self._tell(tenant, one.id, "is inactive" if one.state == _INACTIVE else "")

    def gone(self, tenant: Tenant, entity: str, gone: Sequence[Gone]) -> None:
        """Tell which warehouses are gone.

        Raises:
            botocore.exceptions.ClientError: a review could not be written.
        """
        for one in gone:
            if one.kind is Kept.WAREHOUSE and entity == TOP_LEVEL:
                self._tell(tenant, one.id, "is not in Sage Intacct any more")

    def _tell(self, tenant: Tenant, warehouse: str, wrong: str) -> None:
        subject, now = warehouse_subject(warehouse), self._clock()
        if not wrong:
            self._reviews.close(tenant.id, subject, at=now)
            return
        hint = "put the warehouse back in Sage, or name another one in the tenant's document"
        place = f"warehouse {warehouse}"
        finding = Finding(Reason.MAPPING_MISSING, place, f"{wrong}: its stock is not kept", hint)
        self._reviews.open(tenant.id, subject, [finding], at=now)
