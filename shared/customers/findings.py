"""What people are told of a customer that cannot be decided or used; ids only, nobody's name."""

from __future__ import annotations

from collections.abc import Iterable

from intacct.errors import IntacctError
from shared.ledger.refusals import hint_of, reason_of
from shared.postings.plan import Finding, Reason

_LINK = "say who it is: ops customer link"


def customer_subject(customer: str) -> str:
    """The subject of the review record of a customer that could not be brought up to date."""
    return f"customer:{customer}"


def several(by: str, ids: Iterable[str], *, is_cut: bool) -> Finding:
    """Several customers of Sage fit the buyer."""
    listed = list(ids)
    count = f"{len(listed)} or more" if is_cut else str(len(listed))
    return Finding(
        Reason.CUSTOMER_AMBIGUOUS,
        place=f"customer, by {by}",
        message=f"{count} customers of Sage Intacct fit the buyer",
        hint=f"{', '.join(listed[:10])}; {_LINK}",
    )


def none_allowed(rule: str) -> Finding:
    """The buyer has no customer, and the ownership table lets none be made."""
    return Finding(
        Reason.CUSTOMER_MISSING,
        place=rule,
        message="the buyer has no customer in Sage Intacct, and the connector may not create one",
        hint=f"{_LINK}, or allow create under {rule}",
    )


def gone(customer: str) -> Finding:
    """The buyer's customer is not in Sage (any more)."""
    return Finding(
        Reason.CUSTOMER_MISSING,
        place=f"customer {customer}",
        message="is not in Sage Intacct: it was deleted or merged into another one",
        hint=f"{_LINK}, or set when_deleted to create_new",
    )


def inactive(customer: str) -> Finding:
    """The buyer's customer was deactivated in Sage."""
    return Finding(
        Reason.CUSTOMER_INACTIVE,
        place=f"customer {customer}",
        message="is inactive in Sage Intacct, which takes no document for it",
        hint=f"make it active there and release the order; or {_LINK}; or set when_inactive",
    )


def not_ours(rule: str, customer: str) -> Finding:
    """The policy reactivates customers, and the ownership table does not let it."""
    return Finding(
        Reason.CUSTOMER_INACTIVE,
        place=rule,
        message=f"customer {customer} is inactive, and the connector may not make it active",
        hint="make it active in Sage Intacct, or let the cart own customer.is_active",
    )


def refused(what: str, error: IntacctError) -> Finding:
    """Sage read a request about a customer and refused it."""
    return Finding(
        reason_of(error),
        place=what,
        message="Sage Intacct read the request and refused it",
        hint=hint_of(error),
    )


def no_channel_customer() -> Finding:
    """The policy posts to a channel customer that the mapping does not name."""
    return Finding(
        Reason.MAPPING_MISSING,
        place="mapping.channel_customer",
        message="the policy posts to a channel customer, and the mapping names none",
        hint="set channel_customer, or customer_mode to real",
    )
