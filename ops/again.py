"""Having an order, or a day, looked at again by the deployed functions, through their messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ops.desk import Desk
from ops.errors import OpsError
from shared.facts.record import FactsRecord, order_pk
from shared.posting.arrivals import RELEASE
from shared.releasing.resend import RETRY, CannotResendError, HeldOrder, held_order
from shared.reviews.records import Stage


def facts_of(desk: Desk, tenant: str, store: str, order_id: str) -> FactsRecord:
    """The order's record.

    Raises:
        OpsError: nothing is known of the order.
    """
    record = desk.facts.load(order_pk(tenant, store, order_id))
    if record is None:
        message = f"nothing is known of order {order_id} of store {store}"
        raise OpsError(message)
    return record


def judge_again(desk: Desk, record: FactsRecord, *, released_by: str = "") -> None:
    """Have facts and customer judged anew, as the sweeper does; a release names the person.

    Raises:
        NotKeptError: it could not be queued.
    """
    once = f"{'release' if released_by else RETRY} {desk.clock().isoformat()}"
    desk.resender.judge(record, once=once, released_by=released_by)


def post_again(desk: Desk, record: FactsRecord, *, cause: str) -> None:
    """Put the order on its lane once more; `cause` is `retry`, `settle:<who>` or a release.

    Raises:
        OpsError: the order may not be posted, or its tenant is not there.
    """
    try:
        desk.resender.post(record, cause=cause, once=f"{cause} {desk.clock().isoformat()}")
    except CannotResendError as exc:
        message = f"{exc}: see `order show`"
        raise OpsError(message) from exc


def subject_again(desk: Desk, tenant: str, subject: str, *, is_release: bool) -> str:
    """Retry or release what a review record is about; the sentence says what was started.

    Raises:
        OpsError: this subject cannot be tried again from here.
    """
    held = held_order(subject)
    if held is not None:
        return _order_again(desk, tenant, held, is_release=is_release)
    kind, store, rest = (*subject.split(":", 2), "", "")[:3]
    if kind == "day" and ":" in rest:
        return _day_again(desk, tenant, store, rest.rpartition(":")[2], is_release=is_release)
    if kind == "payout" and rest:
        return _payout_again(desk, tenant, store, rest, is_release=is_release)
    message = (
        f"{subject} names nothing that could be sent again: correct what its findings say;"
        " dead letters come back with `dlq redrive`"
    )
    raise OpsError(message)


def invoke(desk: Desk, function_output: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Call a deployed function and wait for its answer.

    Raises:
        OpsError: it failed; what it said is in its log.
    """
    function = desk.place.output(function_output)
    payload = json.dumps(dict(event)).encode()
    answer = desk.place.client("lambda").invoke(FunctionName=function, Payload=payload)
    said = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        error = said.get("errorType", "an error") if isinstance(said, dict) else "an error"
        message = f"{function} failed with {error}; its log says more"
        raise OpsError(message)
    return said if isinstance(said, dict) else {}


def can_be_sent_again(subject: str) -> bool:
    """Whether the subject is an order, a day or a payout, which `subject_again` can start."""
    return held_order(subject) is not None or subject.startswith(("day:", "payout:"))


def _order_again(desk: Desk, tenant: str, held: HeldOrder, *, is_release: bool) -> str:
    record = facts_of(desk, tenant, held.store, held.order_id)
    who = desk.audit.who if is_release else ""
    if held.stage is Stage.FACTS:
        judge_again(desk, record, released_by=who)
        return "the order goes through customer_sync again"
    post_again(desk, record, cause=f"{RELEASE}{who}" if who else RETRY)
    return "the order is on its lane again"


def _day_again(desk: Desk, tenant: str, store: str, on: str, *, is_release: bool) -> str:
    event = {"tenant": tenant, "store": store, "date": on}
    if is_release:
        event["release_by"] = desk.audit.who
    days = invoke(desk, "GlExportFunctionName", event).get("days", [])
    states = sorted({str(day.get("state", "")) for day in days})
    return f"gl_export says: {', '.join(states) or 'nothing to do'}"


def _payout_again(desk: Desk, tenant: str, store: str, payout: str, *, is_release: bool) -> str:
    event = {"tenant": tenant, "store": store, "payout": payout}
    if is_release:
        event["release_by"] = desk.audit.who
    booked = invoke(desk, "PayoutSyncFunctionName", event).get("payouts", [])
    states = sorted({str(each.get("state", "")) for each in booked})
    return f"payout_sync says: {', '.join(states) or 'nothing to do'}"
