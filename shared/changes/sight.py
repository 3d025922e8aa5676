"""Whether the role of the user that reads covers a kind of records at this moment."""

from __future__ import annotations

from collections.abc import Callable

from intacct.permissions import KEPT_READS
from intacct.rest.permission_probe import PermissionProbe
from shared.changes.comparing import Sight
from shared.changes.pace import Place
from shared.tenants.models import Tenant

ProbeOf = Callable[[Tenant, str], PermissionProbe]
"""Gives what tries the rights of a tenant's reading user at an entity."""


class RoleSight:
    """Tries the two rights that seeing a kind needs: some three transactions, nothing written."""

    def __init__(self, probe_of: ProbeOf) -> None:
        """`probe_of` gives a probe of the user whose reads are compared."""
        self._probe_of = probe_of

    def __call__(self, tenant: Tenant, place: Place) -> Sight:
        """What the role shows of the kind.

        Raises:
            CredentialsError: the login is refused.
            RateLimitedError: Sage asked for a pause: ask again later.
        """
        found = self._probe_of(tenant, place.entity).lacks(KEPT_READS[place.kind])
        if found.missing:
            return Sight.BLIND
        return Sight.UNCLEAR if found.unclear else Sight.CLEAR
