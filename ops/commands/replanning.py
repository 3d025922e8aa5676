"""`order replan`: have an order that is in the books go on under another version."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from ops.again import facts_of, judge_again, post_again
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    OrderArgument,
    Profile,
    StoreArgument,
    TenantArgument,
    Why,
    Yes,
    agreed,
    desk_of,
)
from ops.output import print_json, say
from shared.facts.record import FactsRecord, FactsStatus, StaleFactsError
from shared.gl.store import DynamoDbDayBook
from shared.posting.versions import is_begun
from shared.releasing.resend import RETRY
from shared.tenants.models import Tenant
from shared.tenants.versions import number_of


def replan(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    order: OrderArgument,
    *,
    why: Why,
    version: Annotated[
        int, typer.Option("--version", min=0, help="The version; the current one if left out.")
    ] = 0,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Plan what is still missing of an order under another version of the tenant's document.

    What is in the books stays as it is. An order of which nothing is posted needs no such command:
    it is always planned under the current version.
    """
    desk = desk_of(context, profile)
    record = facts_of(desk, tenant, store, order)
    now = desk.tenant(tenant)
    wanted = version or number_of(now)
    _check(desk, record, now, wanted)
    agreed(
        f"Go on with order {order} under version {wanted} instead of {record.configured}?",
        yes=yes,
        json=json,
    )
    desk.audit.note(
        tenant,
        "order replan",
        f"order:{store}:{order}",
        why=why,
        was=str(record.configured),
        version=str(wanted),
    )
    _go_on(desk, _stamped(desk, record, wanted))
    if json:
        print_json({"order": order, "was": record.configured, "version": wanted})
    else:
        say(f"order {order} goes on under version {wanted}; it is on its way")


def _check(desk: Desk, record: FactsRecord, now: Tenant, wanted: int) -> None:
    """Refuse what would change nothing.

    Raises:
        OpsError: with the reason.
    """
    store, order = record.known.ref.store, record.known.ref.id
    if desk.tenants.at(now.id, wanted).store(store) is None:
        message = f"version {wanted} has no store {store}"
        raise OpsError(message)
    if record.configured == wanted:
        message = f"order {order} is posted under version {wanted} already"
        raise OpsError(message)
    place = desk.place
    days = DynamoDbDayBook(place.client("dynamodb"), place.output("OrdersTableName"))
    if not is_begun(record.pk, desk.ledger.chain(record.pk), days):
        message = (
            f"nothing of order {order} is in the books: it is planned under the current version,"
            f" {number_of(now)}, whatever it was before"
        )
        raise OpsError(message)


def _stamped(desk: Desk, record: FactsRecord, wanted: int) -> FactsRecord:
    try:
        return desk.facts.save(replace(record, configured=wanted))
    except StaleFactsError as exc:
        message = "the order changed at this moment: try again"
        raise OpsError(message) from exc


def _go_on(desk: Desk, record: FactsRecord) -> None:
    if record.status is FactsStatus.READY:
        post_again(desk, record, cause=RETRY)
    elif record.status is not FactsStatus.SKIPPED:
        judge_again(desk, record)
