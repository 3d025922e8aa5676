"""The functions that keep tokens and sessions renew what is due, probe a role and check names."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from shared.bootstrap import connections
from shared.bootstrap import tenants as tenant_bootstrap
from shared.connections.calls import month_of
from tests.contract.connections_rig import World, world

__all__ = ["world"]


def function(name: str) -> ModuleType:
    path = Path(__file__).parents[2] / "functions" / name / "app.py"
    spec = importlib.util.spec_from_file_location(f"{name}_app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Context:
    """What the Logger reads of a Lambda context."""

    function_name = "keeper"
    memory_limit_in_mb = 128
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:keeper"
    aws_request_id = "request-1"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000


@pytest.mark.parametrize(
    ("name", "kept"), [("token_refresh", "tokens"), ("session_manager", "sessions")]
)
def test_the_scheduled_functions_renew_what_is_due_and_nothing_else(
    world: World, name: str, kept: str
) -> None:
    tenant_bootstrap.tenants().put(world.tenant)
    app = function(name)

    runs = []
    for _ in range(2):
        answer = app.handler({}, Context())
        runs.append([(row["tenant"], row["outcome"]) for row in answer[kept]])
        world.cold_start()

    assert runs == [[("acme", "renewed")], [("acme", "fresh")]]


def test_a_probe_by_the_function_names_what_the_role_lacks(world: World) -> None:
    role = {"customer": ["list", "view"], "ar_invoice": ["list", "view"]}
    world.simulator.company.add_user("ws_small", "password", permissions=role)
    world.sign_in_as("ws_small")
    tenant_bootstrap.tenants().put(world.tenant)

    answer = function("token_refresh").handler({"tenant": "acme", "probe": True}, Context())

    (user,) = answer["users"]
    assert (user["user"], user["is_sufficient"]) == ("ws_small", False)
    assert "Accounts Receivable: Customers (Add)" in user["missing"]
    assert "Order Entry: Order entry transactions (Add)" in user["missing"]
    assert "Accounts Receivable: Customers (View)" not in user["missing"]


def test_the_function_tells_which_names_of_a_document_the_books_cannot_use(world: World) -> None:
    tenant_bootstrap.tenants().put(world.tenant)
    names = {"": {"entity": ["100"]}, "100": {"account": ["4000", "9999"], "item": ["TEE"]}}

    answer = function("token_refresh").handler({"tenant": "acme", "names": names}, Context())

    absent = {"entity": "100", "kind": "account", "name": "9999", "state": "absent"}
    assert answer == {"unusable": [absent], "calls": 3}
    month = month_of(datetime.now(UTC))
    assert connections.call_records().of_month("acme", month)["rest_read"] == 3


def test_what_an_invocation_used_is_added_to_the_tenants_month(world: World) -> None:
    tenant_bootstrap.tenants().put(world.tenant)
    function("session_manager").handler({}, Context())
    month = month_of(datetime.now(UTC))
    counted = connections.call_records().of_month("acme", month)
    assert counted == {"xml": 1, "transactions": 1}
