"""Following Sage on the deployed stack: with its own rights, its own tables and the simulator."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from intacct.reading import Kept
from local.demo.carts import CartShops
from local.demo.memory import Memory
from local.demo.tenant import tenant_of_shops
from local.stack import LocalStack
from shared.changes.checkpoints import DynamoDbChangeCheckpoints
from shared.changes.hint_store import DynamoDbHints
from shared.changes.pace import Place
from shared.changes.tombstones import DynamoDbTombstones
from shared.customers.link_store import DynamoDbLinks
from shared.customers.links import Condition, CustomerLink, Origin
from shared.policy.changes import ChangePolicy, EventPolicy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TENANT = "followed"
NOWHERE = "999999"
"""A key that no customer of the company has."""


TOLD = "told"
SIGNING = "what-sage-signs-with-in-this-test"


def followed(memory: Memory, tenant: str = TENANT, **wanted: Any) -> dict[str, dict[str, Any]]:
    """What the deployed function did, by kind."""
    told = memory.invoke("IntacctPollerFunctionName", {"tenant": tenant, **wanted})
    return {place["kind"]: place for place in told["places"]}


def test_every_kind_is_read_compared_and_kept_with_the_functions_own_rights(
    stack: LocalStack,
) -> None:
    with CartShops() as shops:
        shop, access = shops.add(TENANT, "shopify"), stack.simulator
        tenant = tenant_of_shops(TENANT, access, [shop])
        stack.load_tenant(tenant, access.secret(), shops.secrets())
        orders = stack.outputs["OrdersTableName"]
        link = CustomerLink(
            TENANT, "BUYER", TENANT, "C-NOWHERE", Origin.MATCHED, Condition.GOOD,
            datetime.now(UTC), key=NOWHERE,
        )  # fmt: skip
        DynamoDbLinks(stack.client("dynamodb"), orders).put_new(link)
        memory = Memory(stack, TENANT)

        first = followed(memory)
        again = followed(memory)
        forced = followed(memory, kind="customer", entity="", is_forced=True, looks=True)

        assert {kind: one["outcome"] for kind, one in first.items()} == {
            kind.value: "complete" for kind in Kept if kind is not Kept.WAREHOUSE
        }
        assert again == {}
        customers = first["customer"]
        assert customers["compared"] == 1
        assert customers["gone"] + customers["held"] == 1
        assert forced["customer"]["outcome"] == "complete"
        stones = list(DynamoDbTombstones(stack.client("dynamodb"), orders).of_entity(TENANT, ""))
        assert [one.gone.key for one in stones] == [NOWHERE] * customers["gone"]


def deliver(stack: LocalStack, company: str, kind: str, secret: str = SIGNING) -> int:
    """Send what Sage would send of a record of that kind; the status that it is answered with."""
    body = json.dumps({"object": kind, "event": "after_update", "user": "somebody"}).encode()
    now = datetime.now(UTC)
    claims = {
        "iss": "Sage Intacct",
        "iat": int(now.timestamp() * 1000),
        "exp": int((now + timedelta(hours=1)).timestamp() * 1000),
        "tenant_id": company,
        "payload_signature": hashlib.sha256(body).hexdigest(),
        "payload_signature_alg": "SHA-256",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the length of a secret
        token = jwt.encode(claims, secret, algorithm="HS256")
    url = f"{stack.api_url}/sage/{TOLD}"
    headers = {"X-IA-Sage-Signature": token, "Content-Type": "application/json"}
    answer = httpx.post(url, content=body, headers=headers, timeout=60, trust_env=False)
    return answer.status_code


def read_an_hour_ago(stack: LocalStack, place: Place) -> None:
    """Move the last reading of a place back, by less than its pace."""
    table, now = stack.outputs["TenantsTableName"], datetime.now(UTC)
    kept = DynamoDbChangeCheckpoints(stack.client("dynamodb"), table, owner="e2e")
    lease = kept.acquire(TOLD, place, now=now)
    earlier = replace(lease.progress, read_at=now - timedelta(minutes=50))
    kept.release(kept.keep(lease, earlier, now=now))


@pytest.fixture
def told(stack: LocalStack) -> Iterator[Memory]:
    """A tenant of whose changes Sage tells, all of them read a moment ago."""
    stack.client("secretsmanager").create_secret(
        Name=f"cartledger/local/intacct-events/{TOLD}",
        SecretString=json.dumps({"client_secrets": [SIGNING]}),
    )
    with CartShops() as shops:
        shop, access = shops.add(TOLD, "shopify"), stack.simulator
        plain = tenant_of_shops(TOLD, access, [shop])
        changes = ChangePolicy(events=EventPolicy(webhooks=True))
        tenant = plain.model_copy(update={"changes": changes})
        stack.load_tenant(tenant, access.secret(), shops.secrets())
        memory = Memory(stack, TOLD)
        assert followed(memory, TOLD)
        yield memory


def test_what_sage_tells_is_proved_kept_and_seen_by_the_poller(
    stack: LocalStack, told: Memory
) -> None:
    company = stack.simulator.company_id
    customers = "accounts-receivable/customer"

    assert deliver(stack, company, customers, secret="another") == 401
    assert deliver(stack, "another", customers) == 401
    assert deliver(stack, company, customers) == 200

    hints = DynamoDbHints(stack.client("dynamodb"), stack.outputs["OrdersTableName"])
    assert set(hints.of_tenant(TOLD).places) == {Place("", Kept.CUSTOMER)}
    assert followed(told, TOLD) == {}, "all was read less than ten minutes ago"
    read_an_hour_ago(stack, Place("", Kept.CUSTOMER))
    read_an_hour_ago(stack, Place("", Kept.ITEM))
    assert set(followed(told, TOLD)) == {"customer"}, "an item has an hour left"
