"""Questions to a tenant's company that no schedule asks: its users' rights, its masters' names."""

from __future__ import annotations

import uuid

from intacct.rest.names import standings
from intacct.rest.permission_probe import PermissionProbe
from shared.bootstrap.books import reading_client, rest_client
from shared.connections.roles import RoleReport, wanted_of
from shared.tenants.against import NamesAnswer, NamesRequest, look_up
from shared.tenants.models import Tenant


def role_reports(tenant: Tenant) -> list[RoleReport]:
    """What each user of the tenant lacks and has too much, at the first entity of its stores.

    Nothing is written; a permission that could not be found out is unclear.

    Raises:
        CredentialsError: a login is refused.
        RateLimitedError: Sage asked for a pause: ask again later.
    """
    entity = next(iter(tenant.entities_with_stores()), "")
    reports = []
    for user_id, is_reading in tenant.intacct.users():
        client = reading_client(tenant) if is_reading else rest_client(tenant)
        probe = PermissionProbe(client, entity=entity, new_key=lambda: str(uuid.uuid4()))
        found = probe.compare(wanted_of(tenant, is_reading=is_reading))
        reports.append(RoleReport(user_id, is_reading, found))
    return reports


def named_in_books(tenant: Tenant, request: NamesRequest) -> NamesAnswer:
    """Which of the names the tenant's books do not know or do not use any more; only reads.

    Raises:
        CredentialsError: the login is refused.
        RateLimitedError: Sage asked for a pause: ask again later.
    """
    client = reading_client(tenant)
    return look_up(request, lambda entity, names: standings(client, names, entity=entity))
