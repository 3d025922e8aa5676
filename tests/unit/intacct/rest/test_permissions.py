"""Which permissions an action needs, and how a role is compared with them."""

from __future__ import annotations

import httpx
import pytest

from intacct.capabilities import Action
from intacct.errors import CredentialsError, RateLimitedError
from intacct.permissions import NEEDS, Permission, Right, granted_by, needed, report
from intacct.rest.permission_probe import PermissionProbe
from tests.unit.intacct.rest.support import Server, client, page, refusal

ADD = Permission("Accounts Receivable", "Customers", Right.ADD)
EDIT = Permission("Accounts Receivable", "Customers", Right.EDIT)
VIEW = Permission("Accounts Receivable", "Customers", Right.VIEW)


def test_every_action_says_what_it_needs() -> None:
    assert set(NEEDS) == set(Action)
    writing = {Right.ADD, Right.EDIT, Right.DELETE, Right.REVERSE}
    for action, permissions in NEEDS.items():
        rights = {one.right for one in permissions}
        assert rights & writing or action is Action.CUSTOM_RECORD


def test_what_is_created_can_be_looked_up_again() -> None:
    for permissions in NEEDS.values():
        for one in permissions:
            for right in (Right.LIST, Right.VIEW):
                assert Permission(one.application, one.policy, right) in permissions


def test_needs_of_several_actions_come_together() -> None:
    assert needed([Action.CUSTOMER, Action.ITEM]) == NEEDS[Action.CUSTOMER] | NEEDS[Action.ITEM]


def test_a_report_names_what_lacks_what_is_too_much_and_what_is_unclear() -> None:
    found = report([ADD, VIEW], [VIEW, EDIT], unclear=[ADD])
    assert found.missing == ()
    assert found.excess == ("Accounts Receivable: Customers (Edit)",)
    assert found.unclear == ("Accounts Receivable: Customers (Add)",)
    assert report([ADD], []).missing == ("Accounts Receivable: Customers (Add)",)


def test_the_answer_of_get_user_permissions_is_understood() -> None:
    policies = [("Accounts Receivable", "Customers", ("List", "view", "Add", "Print"))]
    found = granted_by(policies)
    assert {one.right for one in found} == {Right.LIST, Right.VIEW, Right.ADD}


def probe(server: Server) -> PermissionProbe:
    return PermissionProbe(client(server), entity="100", new_key=lambda: "k")


def test_a_probe_whose_answers_get_lost_is_unclear_and_not_missing() -> None:
    found = probe(Server(httpx.ReadTimeout("x"))).report([Action.CONTACT])
    assert found.missing == ()
    assert "Company: Contacts (Add)" in found.unclear


def test_a_probe_stops_when_sage_asks_for_a_pause_or_refuses_the_login() -> None:
    with pytest.raises(RateLimitedError):
        probe(Server(refusal(429, code="GW-0010", error_id=""))).report([Action.CONTACT])
    with pytest.raises(CredentialsError):
        probe(Server(refusal(401, code="GW-0011", error_id=""))).report([Action.CONTACT])


def test_a_probe_sends_no_payload_and_touches_no_key_but_zero() -> None:
    server = Server(page([]))
    probe(server).report([Action.CONTACT])
    for request in server.requests:
        path = request.url.path
        if request.method in {"PATCH", "DELETE", "GET"}:
            assert path.endswith("/0")
        if request.method == "POST" and not path.endswith("/query"):
            assert request.content == b"{}"
