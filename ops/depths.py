"""Moves a channel to another posting depth at a ledger date, with its owner's consent on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from ops.desk import Desk
from ops.errors import OpsError
from ops.tenant_store import StoredTenant
from shared.budgets.counting import depth_of
from shared.budgets.depths import Depth
from shared.gl.dates import ledger_date
from shared.policy.choices import CustomerMode, PostingDepth, PostingMode
from shared.policy.mapping import Role
from shared.policy.switches import PostingPolicy
from shared.tenants.models import Store, Tenant
from shared.tenants.versions import Signature, number_of


@dataclass(frozen=True, slots=True)
class Consent:
    """What the owner agrees to: a store's depth from a ledger date on.

    Orders placed before `from_on` finish at the depth they have (R-11.9).
    """

    tenant: str
    store: str
    now: Depth
    to: Depth
    from_on: date


@dataclass(frozen=True, slots=True)
class Moved:
    """A move that is stored, and the version of the tenant's document that has it."""

    consent: Consent
    version: int


def planned(
    desk: Desk, known: StoredTenant, store_id: str, to: Depth, from_on: date
) -> tuple[Consent, Tenant]:
    """What would be agreed to, and the tenant as it would be stored.

    Raises:
        OpsError: the move is not offered, the date is not to come, or something it needs is not
            configured.
    """
    tenant = known.tenant
    store = tenant.store(store_id)
    if store is None:
        message = f"tenant {tenant.id} has no store {store_id}"
        raise OpsError(message)
    _insist_on_future(tenant, store, from_on, desk.clock())
    now = depth_of(store.policy)
    policy = _moved(store, now, to, from_on)
    stores = tuple(
        one.model_copy(update={"policy": policy}) if one.id == store_id else one
        for one in tenant.stores
    )
    consent = Consent(tenant.id, store_id, now, to, from_on)
    return consent, tenant.model_copy(update={"stores": stores})


def stored(desk: Desk, known: StoredTenant, wanted: Tenant, consent: Consent, *, why: str) -> Moved:
    """Note who consented, then store the move as the tenant's next version.

    Raises:
        OpsError: somebody else changed the tenant meanwhile.
    """
    desk.audit.note(
        consent.tenant,
        "tenant depth",
        f"store:{consent.store}",
        why=why,
        now=consent.now.value,
        to=consent.to.value,
        from_on=consent.from_on.isoformat(),
    )
    signed = Signature(by=desk.audit.who, at=desk.clock(), why=why)
    return Moved(consent, number_of(desk.tenants.replace(known, wanted, signed)))


def _insist_on_future(tenant: Tenant, store: Store, from_on: date, now: datetime) -> None:
    """No order that was placed already may change its depth."""
    entity = tenant.entity(store.entity)
    if entity is None:
        message = f"store {store.id} has no entity"
        raise OpsError(message)
    today = ledger_date(now, entity.zone, entity.day_ends_at)
    if from_on <= today:
        message = f"a channel moves on a ledger date to come: it is {today.isoformat()} there now"
        raise OpsError(message)


def _moved(store: Store, now: Depth, to: Depth, from_on: date) -> PostingPolicy:
    policy, on = store.policy, from_on.isoformat()
    if policy.posting_mode_from >= on or policy.posting_depth_from >= on:
        message = f"store {store.id} has a move to come already: change it with `tenant apply`"
        raise OpsError(message)
    if now is to:
        message = f"store {store.id} is posted {to.value} already"
        raise OpsError(message)
    match to:
        case Depth.SUMMARY:
            return replace(
                policy,
                posting_mode=PostingMode.SUMMARY_DAILY,
                posting_mode_from=on,
                posting_mode_before=policy.posting_mode,
            )
        case Depth.SUMMARY_PAYOUT if _is_full(policy):
            _insist_on_payouts(store)
            return replace(
                policy,
                posting_mode=PostingMode.SUMMARY_PAYOUT,
                posting_mode_from=on,
                posting_mode_before=policy.posting_mode,
            )
        case Depth.THRIFTY if now is Depth.FULL:
            _insist_on_thrifty(store)
            return replace(
                policy,
                posting_depth=PostingDepth.THRIFTY,
                posting_depth_from=on,
                posting_depth_before=PostingDepth.FULL,
                customer_mode=CustomerMode.CHANNEL,
                customer_mode_before=policy.customer_mode,
            )
        case Depth.FULL if now is not Depth.THRIFTY and _is_full(policy):
            return replace(
                policy,
                posting_mode=PostingMode.DETAIL,
                posting_mode_from=on,
                posting_mode_before=policy.posting_mode,
            )
        case _:
            message = (
                f"from {now.value} to {to.value} is not offered: payouts would leave the open"
                " invoices of thrifty orders unpaid"
            )
            raise OpsError(message)


def _is_full(policy: PostingPolicy) -> bool:
    return policy.posting_depth is PostingDepth.FULL


def _insist_on_payouts(store: Store) -> None:
    """What a payout's journal needs of the mapping and of the policy."""
    if not store.mapping.accounts.get(Role.PAYOUT_CLEARING):
        message = f"the mapping of store {store.id} needs accounts.payout_clearing for that"
        raise OpsError(message)
    if store.policy.recognise_on is not store.policy.invoice_on:
        message = f"the policy of store {store.id} needs recognise_on as invoice_on for that"
        raise OpsError(message)


def _insist_on_thrifty(store: Store) -> None:
    """What the one customer and the one payment need of the mapping."""
    lacking = []
    if not store.mapping.channel_customer:
        lacking.append("channel_customer")
    if not store.mapping.accounts.get(Role.PAYOUT_CLEARING):
        lacking.append("accounts.payout_clearing")
    if lacking:
        message = f"the mapping of store {store.id} needs {' and '.join(lacking)} for that"
        raise OpsError(message)
