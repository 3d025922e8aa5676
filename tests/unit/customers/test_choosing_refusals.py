"""A search that fails makes nobody."""

from __future__ import annotations

import pytest

from intacct.errors import (
    CredentialsError,
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RejectedError,
)
from shared.customers.keeping import CustomerNotReadyError
from shared.postings.plan import Reason
from tests.unit.customers.choosing_rig import Rig, reasons, tenant
from tests.unit.customers.orders import OFFICE, order


@pytest.mark.parametrize("error", [NotSentError("down"), OutcomeUnknownError("lost")])
def test_a_search_that_fails_makes_nobody_and_comes_back(error: Exception) -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    rig.sage.errors = [error]  # type: ignore[list-item]  # one of Sage's

    with pytest.raises(CustomerNotReadyError) as caught:
        rig.choose()

    assert caught.value.due_at is not None
    assert caught.value.due_at > rig.clock()
    assert rig.made == []
    assert rig.choose().is_new


def test_a_refused_login_rests() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    rig.sage.errors = [CredentialsError("no")]

    with pytest.raises(CustomerNotReadyError) as caught:
        rig.choose()

    assert caught.value.due_at is not None
    assert (caught.value.due_at - rig.clock()).total_seconds() >= 600


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RejectedError("no such field"), Reason.REFUSED_BY_SAGE),
        (PermissionDeniedError("no"), Reason.PERMISSION),
    ],
)
def test_a_search_that_is_refused_is_a_finding(error: RejectedError, reason: Reason) -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    rig.sage.errors = [error]

    assert reasons(rig.choose()) == [reason]


def test_contacts_are_made_before_the_customer_that_names_them() -> None:
    rig = Rig(tenant({"contacts": "addresses"}))

    chosen = rig.choose(order(shipping=OFFICE))

    assert rig.calls == ["create contact", "create contact", "create customer"]
    customer = rig.sage.known()[chosen.customer].customer
    assert {customer.bill_to, customer.ship_to} == set(rig.sage.contacts)
