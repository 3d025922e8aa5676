"""Roles and permissions as objects of both protocols, and what they let a user do."""

from __future__ import annotations

import httpx
import pytest

from local.intacct_simulator.company import Company
from local.intacct_simulator.xml.gateway import app
from tests.unit.simulator.rest_desk import Rest
from tests.unit.simulator.xml_desk import Desk, query

ROLE, PERMISSION = "company-config/role", "company-config/permission"
ASSIGNMENT, MEMBER = "company-config/role-permission-assignment", "company-config/role-user-map"


@pytest.fixture
def clerk(rest: Rest, company: Company) -> str:
    company.add_user("clerk", "secret")
    (row,) = rest.query("company-config/user", ["key"], filters=[{"$eq": {"id": "clerk"}}])
    return str(row["key"])


def permission(rest: Rest, name: str) -> str:
    (row,) = rest.query(PERMISSION, ["key"], filters=[{"$eq": {"id": name}}])
    return str(row["key"])


def test_permissions_are_defined_by_the_company(rest: Rest) -> None:
    rows = rest.query(PERMISSION, ["id", "name", "allowedAccessRights"], size=500)

    rights = {row["id"]: row["allowedAccessRights"] for row in rows}
    assert rights["customer"] == ["list", "view", "add", "edit", "delete"]
    assert "ar_invoice_line" not in rights
    assert rest.send("POST", f"/objects/{PERMISSION}", {"id": "x"}).status_code == 405


def test_assignments_are_given_with_a_change_of_the_role(rest: Rest) -> None:
    role = rest.create(ROLE, {"id": "Clerk", "description": "Reads"})
    customer = {"permission": {"key": permission(rest, "customer")}}

    rest.patch(ROLE, role, {"rolePermissionAssignments": [{**customer, "accessRights": ["list"]}]})
    both = [{**customer, "accessRights": ["list", "view"]}]
    rest.patch(ROLE, role, {"rolePermissionAssignments": both})

    (of_role,) = rest.get(ROLE, role)["rolePermissionAssignments"]
    assert (of_role["permission"]["id"], of_role["accessRights"]) == ("customer", ["list", "view"])
    rows = rest.query(ASSIGNMENT, ["role.id", "permission.name", "accessRights"])
    shown = {"role.id": "Clerk", "permission.name": "customer", "accessRights": ["list", "view"]}
    assert rows == [shown]


@pytest.mark.parametrize("rights", ["list", ["own"], [1]])
def test_a_right_that_is_none_is_refused(rest: Rest, rights: object) -> None:
    role = rest.create(ROLE, {"id": "Clerk"})
    assigned = {"permission": {"key": permission(rest, "customer")}, "accessRights": rights}

    answer = rest.send(
        "PATCH", f"/objects/{ROLE}/{role}", {"rolePermissionAssignments": [assigned]}
    )

    assert answer.status_code == 400
    assert rest.get(ROLE, role)["rolePermissionAssignments"] == []


def test_a_user_with_a_role_may_do_what_the_role_says(
    rest: Rest, client: httpx.Client, company: Company, clerk: str
) -> None:
    assigned = {"permission": {"key": permission(rest, "customer")}, "accessRights": ["list"]}
    role = rest.create(ROLE, {"id": "Clerk", "rolePermissionAssignments": [assigned]})
    rest.create(MEMBER, {"role": {"key": role}, "user": {"key": clerk}})
    as_clerk = Rest(client, company.credentials)
    as_clerk.sign_in(f"clerk@{company.credentials.company_id}")

    assert as_clerk.query("accounts-receivable/customer", ["id"]) == []
    refused = as_clerk.send("POST", "/objects/accounts-receivable/customer", {"name": "x"})

    assert refused.status_code == 403
    assert rest.send("DELETE", f"/objects/{ROLE}/{role}").status_code == 422


def test_xml_shows_the_same_roles(rest: Rest, company: Company, clerk: str) -> None:
    assigned = {"permission": {"key": permission(rest, "customer")}, "accessRights": ["list"]}
    role = rest.create(ROLE, {"id": "Clerk", "rolePermissionAssignments": [assigned]})
    rest.create(MEMBER, {"role": {"key": role}, "user": {"key": clerk}})
    desk = Desk()
    desk.company, desk.gateway = company, app(company)

    (of_role,) = desk.rows(query("ROLES", "RECORDNO NAME"))
    (member,) = desk.rows(query("ROLEASSIGNMENT", "ROLENAME USERID"))
    (policy,) = desk.rows(query("ROLEPOLICYASSIGNMENT", "ROLENAME POLICYNAME RIGHTS"))

    assert [field.text for field in of_role] == [role, "Clerk"]
    assert [field.text for field in member] == ["Clerk", "clerk"]
    assert [field.text for field in policy] == ["Clerk", "customer", "List"]
