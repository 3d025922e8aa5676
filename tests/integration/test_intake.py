"""The intake function as API Gateway calls it: what is kept, what is refused, what is answered."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.bootstrap import aws
from shared.bootstrap import intake as intake_bootstrap
from shared.intake.archive import S3Archive
from shared.messages import CartEvent
from shared.postings.plan import Reason
from shared.reviews.records import DynamoDbReviews
from tests.integration.carts_rig import (
    DOMAIN,
    ROOT,
    CartRig,
    context,
    handler_of,
    rig,
    sample,
    signed_event,
    tenant,
)

__all__ = ["rig"]

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@pytest.fixture
def handler(rig: CartRig) -> Handler:
    assert rig.events_url
    return handler_of("webhook_intake")


def status(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], json.loads(answer["body"])["status"]


def reviews(rig: CartRig) -> list[Any]:
    return list(DynamoDbReviews(rig.dynamodb, "orders").all("acme"))


def queued(rig: CartRig) -> list[CartEvent]:
    return [CartEvent.model_validate_json(m["Body"]) for m in rig.receive(rig.events_url)]


def test_a_genuine_delivery_is_archived_byte_for_byte_and_queued(
    handler: Handler, rig: CartRig
) -> None:
    body = sample("orders_paid.json")

    answer = handler(signed_event(body), context())

    assert status(answer) == (200, "accepted")
    (key,) = rig.keys()
    stored = rig.s3.get_object(Bucket="raw-events", Key=key)
    assert stored["Body"].read() == body
    assert stored["Metadata"]["x-shopify-topic"] == "orders/paid"
    (message,) = rig.receive(rig.events_url)
    event = CartEvent.model_validate_json(message["Body"])
    assert (event.tenant, event.store, event.cart) == ("acme", "shop", "shopify")
    assert (event.resource_id, event.raw_key) == ("5900000002001", key)
    assert message["Attributes"]["MessageGroupId"] == "acme#shop#5900000002001"
    assert message["Attributes"]["MessageDeduplicationId"] == event.delivery
    assert event.delivery in key


def test_an_event_file_of_the_function_is_accepted(handler: Handler, rig: CartRig) -> None:
    rig.put_tenant(tenant())
    event = json.loads((ROOT / "events" / "webhook_intake.order_paid.json").read_bytes())

    assert status(handler(event, context())) == (200, "accepted")


def test_a_duplicate_is_acknowledged_and_stored_once(handler: Handler, rig: CartRig) -> None:
    event = signed_event(sample("orders_paid.json"))

    first, again = handler(event, context()), handler(event, context())

    assert (status(first), status(again)) == ((200, "accepted"), (200, "duplicate"))
    assert len(rig.keys()) == 1
    assert len({event.delivery for event in queued(rig)}) == 1


def test_one_event_of_two_topics_is_two_deliveries(handler: Handler, rig: CartRig) -> None:
    body = sample("orders_paid.json")

    handler(signed_event(body, topic="orders/paid"), context())
    handler(signed_event(body, topic="orders/create"), context())

    assert len(rig.keys()) == 2


def test_followers_of_an_order_share_its_group(handler: Handler, rig: CartRig) -> None:
    topics = {
        "orders_paid.json": "orders/paid",
        "refunds_create.json": "refunds/create",
        "order_transactions_create.json": "order_transactions/create",
        "orders_edited.json": "orders/edited",
    }

    for name, topic in topics.items():
        handler(signed_event(sample(name), topic=topic), context())

    messages = rig.receive(rig.events_url)
    assert len(messages) == 4
    assert {m["Attributes"]["MessageGroupId"] for m in messages} == {"acme#shop#5900000002001"}


def _forged(event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "body": base64.b64encode(b"{}").decode()}


def _unsigned(event: dict[str, Any]) -> dict[str, Any]:
    headers = {k: v for k, v in event["headers"].items() if "Hmac" not in k}
    return {**event, "headers": headers}


def _without_headers(event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "headers": None}


@pytest.mark.parametrize("spoil", [_forged, _unsigned, _without_headers])
def test_what_is_not_genuine_is_refused_and_nothing_is_kept(
    spoil: Callable[[dict[str, Any]], dict[str, Any]],
    handler: Handler,
    rig: CartRig,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = handler(spoil(signed_event(sample("orders_paid.json"))), context())

    assert status(answer) == (401, "not_genuine")
    assert rig.keys() == []
    assert rig.receive(rig.events_url) == []
    assert "WebhookNotGenuine" in capsys.readouterr().out


def test_another_shop_of_the_same_app_cannot_speak_for_this_one(
    handler: Handler, rig: CartRig
) -> None:
    event = signed_event(sample("orders_paid.json"), domain="other.myshopify.example")

    assert status(handler(event, context())) == (401, "not_genuine")
    assert rig.keys() == []


@pytest.mark.parametrize(
    "path",
    [
        {"cart": "shopify", "store": "unknown"},
        {"cart": "magento", "store": "shop"},
        {"cart": "../shopify", "store": "shop"},
        {"cart": "shopify", "store": "shop/../other"},
        {"cart": "shopify", "store": ""},
        {},
        None,
    ],
)
def test_a_path_that_leads_nowhere_is_not_found_and_no_secret_is_read(
    path: Any, handler: Handler, rig: CartRig
) -> None:
    rig.secrets.delete_secret(
        SecretId="cartledger/test/stores/acme/shop", ForceDeleteWithoutRecovery=True
    )
    event = {**signed_event(b"{}"), "pathParameters": path}

    assert status(handler(event, context())) == (404, "not_found")
    assert reviews(rig) == []


def test_a_handshake_that_the_cart_does_not_have_is_not_found(handler: Handler) -> None:
    event = {**signed_event(b""), "httpMethod": "GET", "body": None}

    assert status(handler(event, context())) == (404, "not_found")


@pytest.mark.parametrize("is_encoded", [True, False])
def test_a_body_above_the_limit_is_too_large_whatever_its_signature(
    handler: Handler, rig: CartRig, *, is_encoded: bool
) -> None:
    body = b"x" * (256 * 1024 + 1)
    event = signed_event(body)
    if not is_encoded:
        event |= {"body": body.decode(), "isBase64Encoded": False}

    assert status(handler(event, context())) == (413, "too_large")
    assert rig.keys() == []


def test_a_body_at_the_limit_is_read(handler: Handler) -> None:
    body = b'{"id":1,"x":"' + b"x" * (256 * 1024 - 15) + b'"}'

    assert len(body) == 256 * 1024
    assert status(handler(signed_event(body), context())) == (200, "accepted")


def test_a_genuine_body_that_is_no_json_is_archived_for_review(
    handler: Handler, rig: CartRig
) -> None:
    answer = handler(signed_event(b'{"id":1,"id":2}'), context())

    assert status(answer) == (400, "invalid")
    (key,) = rig.keys()
    assert key.startswith("invalid/acme/shop/")
    (review,) = reviews(rig)
    assert review.reasons == (Reason.PAYLOAD_INVALID,)
    assert rig.receive(rig.events_url) == []


def test_an_unknown_topic_is_accepted_archived_and_counted(
    handler: Handler, rig: CartRig, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handler(signed_event(b'{"id":1}', topic="customers/redact"), context())

    assert status(answer) == (200, "unhandled")
    (key,) = rig.keys()
    assert key.startswith("unhandled/acme/shop/")
    assert rig.receive(rig.events_url) == []
    assert "WebhookUnhandled" in capsys.readouterr().out


def test_missing_configuration_and_secret_are_named_all_at_once(
    handler: Handler, rig: CartRig
) -> None:
    rig.put_tenant(tenant(domain=""))
    rig.secrets.delete_secret(
        SecretId="cartledger/test/stores/acme/shop", ForceDeleteWithoutRecovery=True
    )

    answer = handler(signed_event(sample("orders_paid.json")), context())

    assert status(answer) == (503, "unavailable")
    (review,) = reviews(rig)
    assert [finding.place for finding in review.findings] == [
        "domain of store shop",
        "secret cartledger/test/stores/acme/shop",
    ]


class _Broken:
    """A client whose every call fails the way an outage does."""

    def __getattr__(self, name: str) -> Any:
        def fail(**_: Any) -> Any:
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, name)

        return fail


@pytest.mark.parametrize("part", ["_archive", "_events"])
def test_an_outage_makes_the_cart_send_again_and_nothing_is_lost(
    part: str, handler: Handler, rig: CartRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = signed_event(sample("orders_paid.json"))
    built = intake_bootstrap.intake()
    with monkeypatch.context() as outage:
        outage.setattr(getattr(built, part), "_client", _Broken())
        failed = handler(event, context())
    again = handler(event, context())

    assert status(failed) == (503, "unavailable")
    assert again["statusCode"] == 200
    assert len(queued(rig)) == 1


def test_whatever_breaks_the_answer_is_503_without_a_trace(
    handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_bootstrap.intake(), "_directory", _Broken())

    answer = handler(signed_event(sample("orders_paid.json")), context())

    assert status(answer) == (503, "unavailable")
    assert "Traceback" not in answer["body"]


def test_a_warm_intake_makes_two_calls_of_aws_before_the_answer(
    handler: Handler,
) -> None:
    handler(signed_event(sample("orders_paid.json")), context())
    calls: list[str] = []
    for client in (aws.s3(), aws.sqs(), aws.dynamodb(), aws.secretsmanager()):
        client.meta.events.register("before-call.*", lambda model, **_: calls.append(model.name))

    handler(signed_event(sample("refunds_create.json"), topic="refunds/create"), context())

    assert calls == ["PutObject", "SendMessage"]


def test_no_log_line_holds_body_secret_or_person(
    handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = io.StringIO()
    (stream,) = logging.getLogger(os.environ["POWERTOOLS_SERVICE_NAME"]).handlers
    assert isinstance(stream, logging.StreamHandler)
    stream.setStream(lines)

    for spoil in (lambda e: e, _forged, _unsigned):
        handler(spoil(signed_event(sample("orders_paid.json"))), context())

    logged = lines.getvalue() + capsys.readouterr().out
    assert "delivery taken" in logged
    for canary in ("avery", "Harbour", "test-shopify-client-secret", "117.97", DOMAIN):
        assert canary not in logged


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    event=st.fixed_dictionaries(
        {},
        optional={
            "httpMethod": st.sampled_from(["POST", "GET", None]),
            "pathParameters": st.one_of(
                st.none(),
                st.just({"cart": "shopify", "store": "shop"}),
                st.dictionaries(st.sampled_from(["cart", "store"]), st.none() | st.text()),
            ),
            "headers": st.none() | st.dictionaries(st.text(), st.none() | st.text()),
            "body": st.none() | st.text(),
            "isBase64Encoded": st.booleans() | st.none(),
        },
    )
)
def test_no_request_makes_the_handler_raise(event: dict[str, Any], handler: Handler) -> None:
    assert handler(event, context())["statusCode"] in (400, 401, 404)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=300), topic=st.sampled_from(["orders/paid", "x", "refunds/create"]))
def test_any_signed_bytes_are_answered_for_good(body: bytes, topic: str, handler: Handler) -> None:
    assert handler(signed_event(body, topic=topic), context())["statusCode"] in (200, 400)


def test_an_archived_body_is_found_again(rig: CartRig) -> None:
    archive = S3Archive(rig.s3, "raw-events")

    stored = archive.put_new("raw/a/b/c.json", b"1", {"x-y": "ä\n", "Bad Name": "z"})
    again = archive.put_new("raw/a/b/c.json", b"2", {})

    assert (stored, again) == (True, False)
    assert archive.get("raw/a/b/c.json") == b"1"
    with pytest.raises(LookupError):
        archive.get("raw/a/b/d.json")
