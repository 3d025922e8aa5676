"""Policies: exact actions on exact resources, each statement with its reason, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.template.reading import (
    ROOT,
    as_list,
    functions,
    properties,
    statements,
    target,
    template,
)

FUNCTIONS = functions()
EACH = [(name, each) for name, function in FUNCTIONS.items() for each in statements(function)]
IDS = [f"{name}-{each['Sid']}" for name, each in EACH]

_DYNAMODB_CALLS = (
    "get_item",
    "batch_get_item",
    "put_item",
    "update_item",
    "delete_item",
    "query",
    "scan",
)
ADAPTERS = {
    "LedgerTable": ["shared/ledger/dynamodb.py", "shared/reconciliation/sources.py"],
    "OrdersTable": [
        "shared/tables.py",
        "shared/facts/store.py",
        "shared/gl/store.py",
        "shared/payouts/store.py",
        "shared/reviews/records.py",
        "shared/dead_letters/kept.py",
        "shared/audit.py",
        "shared/items/link_store.py",
        "shared/changes/tombstones.py",
        "shared/changes/hint_store.py",
        "shared/reconciliation/store.py",
        "shared/reconciliation/sources.py",
    ],
    "ConnectionsTable": [
        "shared/connections/table.py",
        "shared/connections/health.py",
        "shared/connections/seats.py",
        "shared/connections/rate_slots.py",
        "shared/connections/calls.py",
    ],
    "TenantsTable": [
        "shared/tenants/directory.py",
        "shared/polling/checkpoints.py",
        "shared/changes/checkpoints.py",
    ],
}
OPENS_INTACCT = {
    "CustomerSyncFunction",
    "CustomerWatchFunction",
    "ItemSyncFunction",
    "InventorySyncFunction",
    "IntacctPollerFunction",
    "OrderPostingFunction",
    "GlExportFunction",
    "PayoutSyncFunction",
    "ReconciliationFunction",
    "TokenRefreshFunction",
    "SessionManagerFunction",
}
OPENS_STORES = {
    "WebhookIntakeFunction",
    "AmazonEventsFunction",
    "CartPollerFunction",
    "CustomerSyncFunction",
    "CustomerWatchFunction",
    "ItemSyncFunction",
    "InventorySyncFunction",
    "PayoutSyncFunction",
    "ReconciliationFunction",
}


PREFIXES = (".Arn}/", "/stores/", "/intacct/", "/intacct-events/", "/fetched/")


def _text(resource: Any) -> str:
    """The part of a resource that is written out; `!GetAtt X.Arn` is exact by itself."""
    if isinstance(resource, str):
        return resource
    return str(resource.get("Fn::Sub", ""))


def _allowed(function: str, on: str) -> set[str]:
    return {
        action
        for statement in statements(FUNCTIONS[function])
        for resource in as_list(statement["Resource"])
        if target(resource) == on or _text(resource).startswith((f"${{{on}.Arn}}", on))
        for action in as_list(statement["Action"])
    }


def test_the_text_has_no_statement_about_everything() -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")

    assert re.findall(r"Resource: '\*'|Action: '\*'|Resource: \"\*\"|Action: \"\*\"", text) == []


@pytest.mark.parametrize(("name", "statement"), EACH, ids=IDS)
def test_a_statement_allows_named_actions(name: str, statement: Any) -> None:
    assert name in FUNCTIONS
    assert statement["Effect"] == "Allow"
    for action in as_list(statement["Action"]):
        assert re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action)


@pytest.mark.parametrize(("name", "statement"), EACH, ids=IDS)
def test_a_statement_names_its_resources(name: str, statement: Any) -> None:
    assert name in FUNCTIONS
    for resource in as_list(statement["Resource"]):
        assert target(resource) or _text(resource)
        # A prefix is exact enough only below something that is ours alone.
        path, star, rest = _text(resource).partition("*")
        assert not rest
        assert not star or path.endswith(PREFIXES)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_statement_of_a_function_has_a_reason_of_its_own(name: str) -> None:
    reasons = [str(statement["Sid"]) for statement in statements(FUNCTIONS[name])]

    assert len(set(reasons)) == len(reasons)
    assert all(len(re.findall("[A-Z][a-z]+", reason)) >= 3 for reason in reasons)


def test_only_those_who_talk_to_sage_intacct_can_open_it() -> None:
    secrets = {
        name
        for name, statement in EACH
        if any("/intacct/" in _text(each) for each in as_list(statement["Resource"]))
    }
    keys = {name for name in FUNCTIONS if _allowed(name, "ConnectionsKey")}

    assert secrets == keys == OPENS_INTACCT


def test_only_those_who_talk_to_carts_can_read_their_secrets() -> None:
    assert {
        name
        for name, statement in EACH
        if any("/stores/" in _text(each) for each in as_list(statement["Resource"]))
    } == OPENS_STORES


def test_secrets_are_read_and_never_written() -> None:
    actions = {
        action
        for _, statement in EACH
        for action in as_list(statement["Action"])
        if action.startswith("secretsmanager:")
    }

    assert actions == {"secretsmanager:GetSecretValue"}


@pytest.mark.parametrize(("table", "adapters"), ADAPTERS.items(), ids=ADAPTERS)
def test_no_function_may_do_to_a_table_what_our_code_never_does(
    table: str, adapters: list[str]
) -> None:
    text = "".join((ROOT / path).read_text(encoding="utf-8") for path in adapters)
    called = {name for name in _DYNAMODB_CALLS if f".{name}(" in text or f'"{name}"' in text}
    granted = set().union(*(_allowed(name, table) for name in FUNCTIONS))

    assert granted <= {"dynamodb:" + name.title().replace("_", "") for name in called}


@pytest.mark.parametrize("table", ["LedgerTable", "OrdersTable", "ConnectionsTable"])
def test_no_function_can_delete_what_it_keeps(table: str) -> None:
    actions = set().union(*(_allowed(name, table) for name in FUNCTIONS))

    assert not {action for action in actions if "Delete" in action or "BatchWrite" in action}


def test_the_one_that_takes_sages_webhooks_opens_nothing_but_what_they_are_signed_with() -> None:
    readers = {
        name
        for name, statement in EACH
        if any("/intacct-events/" in _text(each) for each in as_list(statement["Resource"]))
    }

    assert readers == {"SageEventsFunction"}
    assert _allowed("SageEventsFunction", "LedgerTable") == set()
    assert _allowed("SageEventsFunction", "ConnectionsTable") == set()
    assert _allowed("SageEventsFunction", "OrdersTable") == {"dynamodb:UpdateItem"}
    assert _allowed("SageEventsFunction", "TenantsTable") == {"dynamodb:GetItem"}


def test_intake_touches_neither_ledger_nor_connections() -> None:
    assert _allowed("WebhookIntakeFunction", "LedgerTable") == set()
    assert _allowed("WebhookIntakeFunction", "ConnectionsTable") == set()
    assert _allowed("WebhookIntakeFunction", "RawEventsBucket") == {"s3:PutObject"}


def test_raw_bodies_cannot_be_changed_by_those_who_read_them() -> None:
    readers = {name for name in FUNCTIONS if "s3:GetObject" in _allowed(name, "RawEventsBucket")}
    writers = {
        name: _text(resource)
        for name, statement in EACH
        if "s3:PutObject" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }

    assert writers.pop("ReconciliationFunction") == "${ProofsBucket.Arn}/*"
    everywhere = "${RawEventsBucket.Arn}/*"
    assert {name for name, where in writers.items() if where == everywhere} == {
        "WebhookIntakeFunction",
        "AmazonEventsFunction",
    }
    assert {name: writers[name] for name in readers & writers.keys()} == {
        "CustomerSyncFunction": "${RawEventsBucket.Arn}/fetched/*"
    }


def test_keys_are_used_through_the_services_that_store_the_data() -> None:
    for _, statement in EACH:
        if target(statement["Resource"]) == "DataKey":
            services = statement["Condition"]["StringEquals"]["kms:ViaService"]
            assert {_text(service).partition(".")[0] for service in services} <= {"dynamodb", "s3"}


def test_no_role_is_written_by_hand_but_the_one_that_api_gateway_logs_with() -> None:
    assert list(properties("AWS::IAM::Role")) == ["ApiGatewayLogRole"]
    assert all("Role" not in function for function in FUNCTIONS.values())


def test_every_denial_in_the_template_is_about_plain_http() -> None:
    policies = properties("AWS::S3::BucketPolicy")

    assert {target(policy["Bucket"]) for policy in policies.values()} == set(
        properties("AWS::S3::Bucket")
    )
    for policy in policies.values():
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_no_function_reads_or_deletes_a_statement_that_it_keeps() -> None:
    granted = set().union(*(_allowed(name, "ProofsBucket") for name in FUNCTIONS))

    assert granted == {"s3:PutObject"}


def test_no_function_can_be_called_from_outside_but_by_the_webhook_api() -> None:
    kinds = {resource["Type"] for resource in template()["Resources"].values()}

    assert not kinds & {"AWS::Lambda::Url", "AWS::Lambda::Permission"}
    assert all("FunctionUrlConfig" not in function for function in FUNCTIONS.values())
