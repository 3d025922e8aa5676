"""Where an operator finds drift: documents of ours that somebody changed in Sage."""

from __future__ import annotations

from collections.abc import Sequence

from ops.desk import Desk
from ops.errors import OpsError
from shared.drift.records import Drift
from shared.drift.store import DynamoDbDrifts


def drifts_of(desk: Desk) -> DynamoDbDrifts:
    """The drift records of the deployment."""
    return DynamoDbDrifts(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))


def drift_named(desk: Desk, tenant: str, name: str) -> Drift:
    """The drift of a document, by its number or by its posting key.

    Raises:
        OpsError: there is none, or several carry the number.
    """
    found = [one for one in drifts_of(desk).all(tenant) if name in (one.number, one.place.key)]
    if not found:
        message = f"no document {name!r} of tenant {tenant} differs in Sage; see `drift list`"
        raise OpsError(message)
    if len(found) > 1:
        keys = ", ".join(one.place.key for one in found)
        message = f"several documents carry the number {name}: name one of {keys}"
        raise OpsError(message)
    return found[0]


def of_subject(desk: Desk, drift: Drift) -> Sequence[Drift]:
    """Every drift record of the same order, payout or day, that one among them."""
    return [one for one in drifts_of(desk).all(drift.tenant) if one.place.pk == drift.place.pk]
