"""How buyers become customers: the defaults cost nothing, and contradictions are refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.policy.customers import CustomerPolicy, MatchBy, Served


def read(**members: Any) -> CustomerPolicy:
    return TypeAdapter(CustomerPolicy).validate_python(members)


def test_by_default_nobody_is_looked_for_and_everybody_has_a_customer() -> None:
    policy = CustomerPolicy()

    assert policy.match_by == ()
    assert {policy.consumers, policy.guests, policy.relays} == {Served.OWN}


def test_a_policy_is_read_from_plain_words_and_keeps_its_order() -> None:
    policy = read(match_by=["email", "external_id", "channel"], external_id_field="SHOP_ID")

    assert policy.match_by == (MatchBy.EMAIL, MatchBy.EXTERNAL_ID, MatchBy.CHANNEL)


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"match_by": ["email", "email"]}, "twice"),
        ({"match_by": ["channel", "email"]}, "behind channel"),
        ({"external_id_field": "SHOP_ID"}, "of no use"),
        ({"contacts": "addresses", "personal_data": "token"}, "forbids"),
        ({"match_by": ["fax"]}, "match_by"),
        ({"when_deleted": "reactivate"}, "when_deleted"),
    ],
)
def test_what_contradicts_itself_is_refused(members: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        read(**members)


def test_all_contradictions_are_told_at_once() -> None:
    with pytest.raises(ValidationError, match=r"twice.*behind channel.*of no use"):
        read(match_by=["channel", "email", "email"], external_id_field="SHOP_ID")
