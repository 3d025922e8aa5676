"""The function that takes Sage's webhooks, as API Gateway calls it, on its tables."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from intacct.reading import Kept
from shared.bootstrap import sage_events as bootstrap
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import tenants
from shared.changes.hint_store import DynamoDbHints
from shared.changes.hints import Heard
from shared.changes.pace import Place
from shared.policy.changes import ChangePolicy, EventPolicy
from shared.reviews.records import DynamoDbReviews
from tests.integration.carts_rig import ROOT, CartRig, context, handler_of, rig, tenant

__all__ = ["rig"]

AT = datetime(2026, 4, 2, 12, 10, tzinfo=UTC)
PREFIX = "cartledger/test/intacct-events/"
SECRET = "test-intacct-client-secret"


def forget() -> None:
    for built in (bootstrap.hints, bootstrap.sage_events, reviews):
        built.cache_clear()


@pytest.fixture(autouse=True)
def door(rig: CartRig, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("INTACCT_EVENTS_SECRET_PREFIX", PREFIX)
    monkeypatch.setattr(bootstrap, "now", lambda: AT)
    forget()
    changes = ChangePolicy(events=EventPolicy(webhooks=True))
    rig.put_tenant(tenant().model_copy(update={"changes": changes}))
    put_secret(rig, "the one after it", SECRET)
    yield
    forget()


def put_secret(rig: CartRig, *secrets: str) -> None:
    text = json.dumps({"client_secrets": secrets})
    rig.secrets.create_secret(Name=f"{PREFIX}acme", SecretString=text)


def event(**changed: Any) -> dict[str, Any]:
    told = json.loads((ROOT / "events" / "sage_events.customer_changed.json").read_text())
    return {**told, **changed}


def answered(**changed: Any) -> tuple[int, str]:
    answer = handler_of("sage_events")(event(**changed), context())
    return answer["statusCode"], json.loads(answer["body"])["status"]


def heard(rig: CartRig) -> dict[Place, Heard]:
    return dict(DynamoDbHints(rig.dynamodb, "orders").of_tenant("acme").places)


def test_a_signed_delivery_is_a_hint_before_it_is_answered(
    rig: CartRig, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [answered(), answered()] == [(200, "accepted")] * 2

    assert heard(rig) == {Place("", Kept.CUSTOMER): Heard(changed_at=AT)}
    printed = capsys.readouterr().out
    assert "SageEventAccepted" in printed
    assert not [word for word in ("C-17", "jane", SECRET, "eyJ") if word in printed]


def test_what_api_gateway_hands_over_as_text_is_the_same_bytes(rig: CartRig) -> None:
    text = base64.b64decode(event()["body"]).decode()

    assert answered(body=text, isBase64Encoded=False) == (200, "accepted")
    assert heard(rig)


REFUSED: tuple[tuple[dict[str, Any], tuple[int, str]], ...] = (
    ({"body": base64.b64encode(b"{}").decode()}, (401, "not_genuine")),
    ({"headers": None}, (401, "not_genuine")),
    ({"headers": {"X-IA-Sage-Signature": "a.b.c"}}, (401, "not_genuine")),
    ({"pathParameters": {"tenant": "another"}}, (404, "not_found")),
    ({"pathParameters": None}, (404, "not_found")),
    ({"body": "%%%"}, (400, "invalid")),
    ({"body": "A" * 400_000}, (413, "too_large")),
)


def test_whatever_else_comes_is_refused_and_nothing_is_kept(rig: CartRig) -> None:
    for changed, told in REFUSED:
        assert answered(**changed) == told, changed

    assert heard(rig) == {}
    assert list(DynamoDbReviews(rig.dynamodb, "orders").all("acme")) == []


def test_a_hint_that_cannot_be_kept_is_asked_for_again(
    rig: CartRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "UpdateItem")

    monkeypatch.setattr(DynamoDbHints, "hint", fails)
    assert answered() == (503, "unavailable")
    monkeypatch.undo()
    assert heard(rig) == {}


def test_a_broken_table_of_tenants_is_no_refusal(
    rig: CartRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TENANTS_TABLE", "gone")
    tenants.cache_clear()

    assert answered() == (503, "unavailable")

    assert "event not taken" in capsys.readouterr().out
    tenants.cache_clear()
    assert heard(rig) == {}


def test_taking_events_in_loads_neither_http_nor_xml_clients() -> None:
    code = (
        "import shared.bootstrap.sage_events, sys;"
        "sys.exit(bool({'lxml', 'httpx', 'carts.registry'} & set(sys.modules)))"
    )
    paths = f"{ROOT}:{ROOT}/layers/clients"
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", code], env={"PYTHONPATH": paths}, check=False
    )
    assert done.returncode == 0
