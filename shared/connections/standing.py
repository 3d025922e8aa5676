"""Whether a tenant's credentials are accepted, told once for all that suffers from it.

A refused login stops every lane of a company. That is one thing that is wrong: it has one review
record, which is open as long as any connection of the tenant is refused, whoever noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.connections.credentials import username_of
from shared.connections.keeping import REFUSED, Kept
from shared.connections.records import ConnectionKey
from shared.connections.table import ConnectionTable
from shared.ports import Clock
from shared.postings.findings import Finding, Reason
from shared.reviews.records import CONNECTION, Reviews
from shared.tenants.models import Tenant

_HINT = (
    "look at the user and the authorised client in Sage Intacct, then replace the tenant's secret;"
    " the new one is tried within ten minutes, or at once by `connections renew`"
)


class Standing:
    """Keeps the review record of each tenant's connections."""

    def __init__(self, table: ConnectionTable, reviews: Reviews, clock: Clock) -> None:
        """`table` remembers which credentials were refused, for the whole fleet."""
        self._table = table
        self._reviews = reviews
        self._clock = clock

    def note(self, tenant: Tenant, kept: Iterable[Kept]) -> bool:
        """Open or close the tenant's record; whether one of its connections is refused.

        `kept` is what a look at the tenant's connections has just come to: what stands in the way
        of a sign-in before one is tried is known from there only.

        Raises:
            ConnectionStoreError: the shared connections could not be read.
            botocore.exceptions.ClientError: the record could not be written.
        """
        refused = {
            result.name: str(result.error or "") for result in kept if result.outcome == REFUSED
        }
        for name, key in _keys(tenant):
            if self._table.read(key).refused_secret:
                refused.setdefault(name, "")
        now = self._clock()
        if not refused:
            self._reviews.close(tenant.id, CONNECTION, at=now)
            return False
        findings = [_finding(name, why) for name, why in sorted(refused.items())]
        self._reviews.open(tenant.id, CONNECTION, findings, at=now)
        return True


def _finding(name: str, why: str) -> Finding:
    message = why or "Sage Intacct refused the login; nothing is sent until it is replaced"
    return Finding(Reason.REAUTH_REQUIRED, f"the {name}", message, _HINT)


def _keys(tenant: Tenant) -> Iterator[tuple[str, ConnectionKey]]:
    """Every connection that the schedules keep, by the name that people know it by."""
    company = tenant.intacct.company_id
    for user, is_reading in tenant.intacct.users():
        key = ConnectionKey("token", tenant.id, username_of(company, user))
        yield Kept(tenant.id, "", is_reading=is_reading).name, key
    username = username_of(company, tenant.intacct.user_id)
    for entity in tenant.entities_with_stores():
        yield (
            Kept(tenant.id, "", entity).name,
            ConnectionKey("session", tenant.id, username, entity),
        )
