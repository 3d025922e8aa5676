"""Only Adobe, or the store itself, can speak for a Magento store."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import CartApiError, Headers
from carts.magento import keys, webhooks
from carts.magento.adapter import MagentoAdapter
from carts.magento.keys import AdobeKeys
from carts.registry import adapter

_ROOT = Path(__file__).parents[3]
_EVENTS = _ROOT / "events" / "magento"
_VECTORS: list[dict[str, Any]] = json.loads((_EVENTS / "signature_vectors.json").read_bytes())
_SIGNED = [vector for vector in _VECTORS if vector["scheme"] != "challenge"]
_PATH = "/prod/keys/pub-key-00000000-0000-4000-8000-000000000001.pem"


def body_of(vector: dict[str, Any]) -> bytes:
    if "body_file" in vector:
        return (_EVENTS / str(vector["body_file"])).read_bytes()
    return base64.b64decode(vector["body_base64"])


def vector(name: str) -> dict[str, Any]:
    return next(each for each in _VECTORS if each["id"] == name)


class Host:
    """Adobe's host of keys, which remembers what it was asked for."""

    def __init__(self, published: dict[str, str]) -> None:
        self.published = published
        self.asked: list[str] = []
        self.is_down = False

    def __call__(self, url: str) -> bytes | None:
        self.asked.append(url)
        if self.is_down:
            message = "down"
            raise CartApiError(message)
        pem = self.published.get(url.removeprefix("https://static.adobeioevents.com"))
        return pem.encode() if pem else None


def secret_of(vector: dict[str, Any]) -> dict[str, Any]:
    if "client_id" in vector:
        return {"client_ids": [vector["client_id"]]}
    return {"webhook_public_keys": [vector["public_key"]]}


def test_all_vectors_of_magento_are_here() -> None:
    assert len(_VECTORS) == 13
    assert len(_SIGNED) == 12


@pytest.mark.parametrize("vector", _SIGNED, ids=lambda each: each["id"])
def test_a_signature_vector_gives_its_answer(vector: dict[str, Any]) -> None:
    host = Host(vector.get("public_keys", {}))
    cart = MagentoAdapter(AdobeKeys(host))

    genuine = cart.is_genuine(Headers(vector["headers"]), body_of(vector), secret_of(vector))

    assert genuine is vector["expect"].startswith("valid")
    if vector["expect"] == "invalid_without_fetch":
        assert host.asked == []


def test_the_challenge_is_given_back() -> None:
    tried = vector("adobe-io-20-challenge")
    name, _, value = tried["query"].partition("=")

    assert webhooks.challenge_answer({name: value}) == tried["expected_body"]
    assert webhooks.challenge_answer({}) is None


def test_a_redelivery_has_the_key_of_the_first_delivery() -> None:
    found = []
    for name in ("adobe-io-1-valid-both", "adobe-io-8-redelivery"):
        body = body_of(vector(name))
        headers = Headers(vector(name)["headers"])
        found.append(webhooks.describe(headers, body, json.loads(body)))

    assert found[0] == found[1]
    assert found[0].key.startswith("aaaaaaaa-bbbb-4ccc-8ddd-000000000450|")
    assert (found[0].topic, found[0].resource_id, found[0].is_handled) == (
        "sales_order_save_commit_after",
        "450",
        True,
    )


def test_the_header_without_the_second_hyphen_is_read_too() -> None:
    valid = vector("adobe-io-1-valid-both")
    headers = {
        name.replace("signature-", "signature"): value for name, value in valid["headers"].items()
    }
    cart = MagentoAdapter(AdobeKeys(Host(valid["public_keys"])))

    assert cart.is_genuine(Headers(headers), body_of(valid), secret_of(valid))


def test_a_forger_who_does_not_know_the_client_cannot_make_us_fetch() -> None:
    valid = vector("adobe-io-1-valid-both")
    host = Host(valid["public_keys"])
    cart = MagentoAdapter(AdobeKeys(host))

    for body in (b"", b"[]", b'{"recipientclientid": "other"}', b'{"recipientclientid": 7}'):
        assert not cart.is_genuine(Headers(valid["headers"]), body, secret_of(valid))
    assert host.asked == []


def test_the_old_name_of_the_recipient_is_still_read() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = b'{"recipient_client_id": "ours"}'
    signature = private.sign(body, padding.PKCS1v15(), SHA256())
    headers = {
        "x-adobe-digital-signature-1": base64.b64encode(signature).decode(),
        "x-adobe-public-key1-path": _PATH,
    }
    cart = MagentoAdapter(AdobeKeys(Host({_PATH: pem.decode()})))

    assert cart.is_genuine(Headers(headers), body, {"client_ids": ["ours"]})
    assert not cart.is_genuine(Headers(headers), body, {"client_ids": ["theirs"]})


def test_a_key_is_fetched_once_a_day() -> None:
    host, now = Host({_PATH: "pem"}), [0.0]
    kept = AdobeKeys(host, monotonic=lambda: now[0])

    for moment in (0.0, 1.0, keys.KEPT_SECONDS - 1, keys.KEPT_SECONDS):
        now[0] = moment
        assert kept.key(_PATH) == b"pem"

    assert host.asked == [keys.HOST + _PATH] * 2


def test_a_missing_key_is_asked_for_again_soon_but_not_at_once() -> None:
    host, now = Host({}), [0.0]
    kept = AdobeKeys(host, monotonic=lambda: now[0])

    for moment in (0.0, 1.0, keys.MISSING_KEPT_SECONDS):
        now[0] = moment
        assert kept.key(_PATH) is None

    assert len(host.asked) == 2


def test_a_host_that_is_down_is_an_error_and_not_remembered() -> None:
    host = Host({_PATH: "pem"})
    kept = AdobeKeys(host)
    host.is_down = True

    with pytest.raises(CartApiError):
        kept.key(_PATH)
    host.is_down = False

    assert kept.key(_PATH) == b"pem"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/prod/keys/pub-key-.pem",
        "/prod/keys/pub-key-1.pem\n",
        "/prod/keys/pub-key-1.pem?x",
        "/prod/keys/pub-key-1/../x.pem",
        "//evil.example/prod/keys/pub-key-1.pem",
        ".evil.example/prod/keys/pub-key-1.pem",
        "/prod/keys/PUB-KEY-1.pem",
    ],
)
def test_a_path_of_another_form_is_never_asked_for(path: str) -> None:
    host = Host({})

    assert AdobeKeys(host).key(path) is None
    assert host.asked == []


def test_keys_that_forgers_name_do_not_fill_the_memory() -> None:
    host = Host({})
    kept = AdobeKeys(host)

    for number in range(keys.MOST_KEPT * 3):
        kept.key(f"/prod/keys/pub-key-{number}.pem")
    kept.key("/prod/keys/pub-key-0.pem")

    assert len(host.asked) == keys.MOST_KEPT * 3 + 1


@pytest.mark.parametrize(
    ("status", "content", "expected"), [(200, b"pem", b"pem"), (404, b"", None), (403, b"", None)]
)
def test_a_key_is_read_from_its_host(
    monkeypatch: pytest.MonkeyPatch, status: int, content: bytes, expected: bytes | None
) -> None:
    monkeypatch.setattr(httpx, "get", lambda *_, **__: httpx.Response(status, content=content))

    assert keys.fetch_from_adobe(keys.HOST + _PATH) == expected


@pytest.mark.parametrize(
    "answer", [httpx.Response(500), httpx.Response(302), httpx.Response(200, content=b"x" * 99999)]
)
def test_an_odd_answer_of_the_host_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, answer: httpx.Response
) -> None:
    monkeypatch.setattr(httpx, "get", lambda *_, **__: answer)

    with pytest.raises(CartApiError):
        keys.fetch_from_adobe(keys.HOST + _PATH)


def test_a_commerce_webhook_written_differently_is_checked_in_its_compact_form() -> None:
    valid = vector("adobe-commerce-1-valid")
    spaced = json.dumps(json.loads(body_of(valid)), indent=2).encode()

    accepted = [
        webhooks.is_genuine(Headers(valid["headers"]), body, secret_of(valid), lambda _: None)
        for body in (spaced, spaced.replace(b"114", b"115"), b"\xff", b"[" * 100_000)
    ]

    assert accepted == [True, False, False, False]


def test_old_and_new_key_of_a_store_are_both_accepted() -> None:
    valid = vector("adobe-commerce-1-valid")
    secret = {"webhook_public_keys": ["no key", valid["public_key"]]}

    assert webhooks.is_genuine(Headers(valid["headers"]), body_of(valid), secret, lambda _: None)


def test_a_community_module_proves_itself_by_the_shared_text() -> None:
    secret = {"webhook_secrets": ["current", "previous"]}
    given = [
        webhooks.is_genuine(Headers({"X-Cartledger-Secret": text}), b"{}", secret, lambda _: None)
        for text in ("current", "previous", "another", "")
    ]

    assert given == [True, True, False, False]


def test_an_empty_secret_proves_nothing_and_names_what_is_missing() -> None:
    cart = adapter("magento")
    for each in _SIGNED:
        assert not cart.is_genuine(Headers(each["headers"]), body_of(each), {})
    assert cart.missing_members({}) == ["client_ids"]
    assert cart.missing_members({"webhook_public_keys": ["pem"]}) == []


@pytest.mark.parametrize(
    ("kind", "value", "order_id", "handled"),
    [
        ("observer.sales_order_save_commit_after", {"entity_id": "450"}, "450", True),
        ("observer.sales_order_save_commit_after", {"items": [{"order_id": "7"}]}, "7", True),
        (
            "observer.sales_order_creditmemo_save_after",
            {"entity_id": "1", "order_id": 7},
            "7",
            True,
        ),
        ("observer.sales_order_invoice_save_after", {"entity_id": "1", "order_id": 7}, "7", True),
        ("observer.sales_order_shipment_save_after", {"order_id": "7"}, "7", True),
        ("observer.sales_order_save_commit_after", {"items": 7}, "", True),
        ("observer.sales_order_save_commit_after", [], "", True),
        ("observer.catalog_product_save_after", {"entity_id": "450"}, "", False),
        ("x", {"entity_id": "450"}, "", False),
    ],
)
def test_an_event_names_its_order(kind: str, value: Any, order_id: str, *, handled: bool) -> None:
    event = {"type": f"com.adobe.commerce.{kind}", "eventid": "e", "data": {"value": value}}

    delivery = webhooks.describe(Headers({}), b"x", event)

    assert (delivery.resource_id, delivery.is_handled) == (order_id, handled)
    assert delivery.account is None


def test_a_commerce_webhook_names_its_order() -> None:
    valid = vector("adobe-commerce-1-valid")
    body = body_of(valid)

    delivery = webhooks.describe(Headers(valid["headers"]), body, json.loads(body))

    assert (delivery.topic, delivery.resource_id) == ("commerce_webhook", "450")
    assert json.loads(delivery.reply) == {"op": "success"}


@given(
    st.binary(max_size=64),
    st.dictionaries(
        st.sampled_from(sorted({name for each in _SIGNED for name in each["headers"]})),
        st.text(max_size=40),
    ),
)
def test_no_guess_is_accepted(body: bytes, headers: dict[str, str]) -> None:
    genuine = vector("adobe-io-1-valid-both")
    secret = secret_of(genuine) | {"webhook_secrets": ["s" * 50]}
    published = genuine["public_keys"]

    cart = MagentoAdapter(AdobeKeys(Host(published)))

    assert not cart.is_genuine(Headers(headers), body, secret)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "data", "value", "order", "items", "entity_id"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_no_document_keeps_a_delivery_from_being_described(document: Any) -> None:
    assert webhooks.describe(Headers({}), b"", document).key


def test_other_carts_do_not_load_cryptography() -> None:
    script = (
        "import sys\n"
        "from carts.registry import adapter\n"
        "from carts.adapter import Headers\n"
        "for cart in ('shopify', 'woocommerce', 'magento'):\n"
        "    adapter(cart).is_genuine(Headers({}), b'{}', {'webhook_secrets': ['x']})\n"
        "print('cryptography' in sys.modules, 'httpx' in sys.modules)\n"
    )
    answer = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", script],
        cwd=_ROOT / "layers" / "clients",
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.strip() == "False False"
