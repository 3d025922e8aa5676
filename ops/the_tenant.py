"""Which tenant a command is about, where it may be left out."""

from __future__ import annotations

from ops.desk import Desk
from ops.errors import OpsError


def tenant_wanted(desk: Desk, wanted: str) -> str:
    """The tenant's id: the one that is named, or the only one there is.

    Raises:
        OpsError: none is named and there is not exactly one.
    """
    if wanted:
        return wanted
    known = desk.tenants.ids()
    if len(known) == 1:
        return known[0]
    message = (
        "name the tenant: there is none" if not known else "name the tenant: there are several"
    )
    raise OpsError(message)
