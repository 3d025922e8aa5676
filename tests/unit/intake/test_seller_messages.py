"""Messages of a queue that serves all sellers: whose they are, and what is not taken silently."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from carts.documents import DocumentError
from shared.intake.deliveries import Intake, Outcome
from shared.intake.queued import SellerMessages, UnknownSellerError
from shared.messages import CartEvent
from shared.secrets import SecretMissingError
from shared.tenants.directory import routes_of, seller_cart
from shared.tenants.models import Store, Tenant
from tests.fakes import FakeClock, MemoryReviews

SELLER = "A0TESTSELLER01"
US, CANADA, MEXICO = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2", "A1AM78C64UM0Y8"
EVENTS = Path(__file__).parents[3] / "events" / "amazon"


class Kept:
    """An archive in a dictionary."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def put_new(self, key: str, body: bytes, headers: Mapping[str, str]) -> bool:
        assert headers == {}
        is_new = key not in self.bodies
        self.bodies.setdefault(key, body)
        return is_new

    def get(self, key: str) -> bytes:
        return self.bodies[key]


class Outside:
    """A tenant whose seller has a store for the United States and one for Canada."""

    def __init__(self) -> None:
        stores = tuple(self._store(name) for name in ("us", "ca"))
        about: dict[str, Any] = {"id": "acme", "stores": stores}
        self.known = Tenant.model_construct(**about)
        self.secrets: dict[str, dict[str, Any]] = {
            "stores/acme/us": {"marketplace_ids": [US]},
            "stores/acme/ca": {"marketplace_ids": [CANADA]},
        }
        self.kept = Kept()
        self.sent: list[CartEvent] = []
        self.reviews = MemoryReviews()
        self.intake = Intake(
            directory=self,
            secrets=self,
            secret_prefix="stores/",  # a prefix of names
            archive=self.kept,
            events=self,
            reviews=lambda: self.reviews,
            clock=FakeClock(),
        )

    @staticmethod
    def _store(name: str) -> Store:
        about: dict[str, Any] = {"id": name, "cart": "amazon", "domain": SELLER}
        return Store.model_construct(**about)

    def messages(self) -> SellerMessages:
        return SellerMessages(
            "amazon",
            directory=self,
            secrets=self,
            secret_prefix="stores/",  # a prefix of names
            intake=self.intake,
        )

    def route(self, cart: str, store: str) -> str:
        return "acme" if (cart, store) in routes_of(self.known) else ""

    def tenant(self, tenant_id: str) -> Tenant:
        assert tenant_id == "acme"
        return self.known

    def get(self, name: str) -> Mapping[str, Any]:
        if name not in self.secrets:
            raise SecretMissingError(name)
        return self.secrets[name]

    def send(self, event: CartEvent) -> None:
        self.sent.append(event)


def change(**members: Any) -> bytes:
    """The sample notification with members of its change replaced."""
    document = json.loads((EVENTS / "order_change_notification.json").read_bytes())
    document["Payload"]["OrderChangeNotification"].update(members)
    return json.dumps(document).encode()


def update(kind: str, *related: tuple[str, str], **members: Any) -> bytes:
    """A notification of a transaction that was posted."""
    document = json.loads(change())
    document["NotificationType"] = "TRANSACTION_UPDATE"
    listed = [
        {"RelatedIdentifierName": name, "RelatedIdentifierValue": value} for name, value in related
    ]
    document["Payload"] = {
        "TransactionUpdateNotification": {
            "SellingPartnerMetadata": {"SellingPartnerId": SELLER, "MarketplaceId": US},
            "RelatedIdentifiers": listed,
            "TransactionType": kind,
            **members,
        }
    }
    return json.dumps(document).encode()


ORDER = ("OrderId", "111-0000001-0000001")


@pytest.mark.parametrize(("marketplace", "store"), [(US, "us"), (CANADA, "ca")])
def test_a_change_goes_to_the_store_that_sells_on_its_marketplace(
    marketplace: str, store: str
) -> None:
    outside = Outside()

    receipt = outside.messages().take(change(Summary={"MarketplaceId": marketplace}))

    (event,) = outside.sent
    assert receipt.outcome is Outcome.ACCEPTED
    assert (event.store, event.topic, event.resource_id) == (store, "ORDER_CHANGE", ORDER[1])
    assert list(outside.kept.bodies) == [event.raw_key]


def test_a_marketplace_without_a_store_is_nobodys_and_no_failure() -> None:
    outside = Outside()

    receipt = outside.messages().take(change(Summary={"MarketplaceId": MEXICO}))

    assert (receipt.outcome, outside.sent) == (Outcome.UNHANDLED, [])


def test_a_message_that_comes_twice_is_one_delivery() -> None:
    outside = Outside()

    outcomes = [outside.messages().take(change()).outcome for _ in range(2)]

    assert outcomes == [Outcome.ACCEPTED, Outcome.DUPLICATE]
    assert len({event.delivery for event in outside.sent}) == len(outside.kept.bodies) == 1


def test_a_posted_refund_is_queued_and_other_transactions_are_not() -> None:
    outside = Outside()
    bodies = [
        update("Shipment", ORDER),
        update("Refund"),
        update("Refund", ("OrderId", "")),
        update("Refund", ("ShipmentId", "S1"), ORDER),
        update("GuaranteeClaim", ("ORDER_ID", ORDER[1])),
        update("Refund", RelatedIdentifiers="odd"),
    ]

    outcomes = [outside.messages().take(body).outcome for body in bodies]

    unhandled, accepted = Outcome.UNHANDLED, Outcome.ACCEPTED
    assert outcomes[:4] == [unhandled, unhandled, unhandled, accepted]
    assert outcomes[5] is unhandled
    assert {event.resource_id for event in outside.sent} == {ORDER[1]}


@pytest.mark.parametrize("seller", ["A0STRANGER", "", None, 7, [SELLER]])
def test_an_unknown_seller_is_an_error_that_hands_the_message_out_again(seller: Any) -> None:
    outside = Outside()

    with pytest.raises(UnknownSellerError):
        outside.messages().take(change(SellerId=seller))

    assert (outside.sent, outside.kept.bodies) == ([], {})


def test_a_seller_whose_store_was_taken_away_is_unknown() -> None:
    outside = Outside()
    messages = outside.messages()
    without_stores: dict[str, Any] = {"id": "acme", "stores": ()}
    outside.known = Tenant.model_construct(**without_stores)

    with pytest.raises(UnknownSellerError):
        messages.take(change())


def test_without_the_stores_secret_a_message_waits_and_a_person_is_told() -> None:
    outside = Outside()
    del outside.secrets["stores/acme/us"]

    receipt = outside.messages().take(change())

    assert receipt.outcome is Outcome.UNAVAILABLE
    assert outside.sent == []
    assert receipt.missing == ("secret stores/acme/us",)


@pytest.mark.parametrize("body", [b"", b"no json", b'{"a":1,"a":2}', b"\xff"])
def test_bytes_that_are_no_document_are_an_error(body: bytes) -> None:
    with pytest.raises(DocumentError):
        Outside().messages().take(body)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'"x"', b'{"NotificationType":"ODD"}'])
def test_a_document_without_meaning_to_us_is_unhandled(body: bytes) -> None:
    assert Outside().messages().take(body).outcome is Outcome.UNHANDLED


def test_a_cart_that_pushes_over_http_has_no_queue() -> None:
    outside = Outside()

    with pytest.raises(TypeError):
        SellerMessages(
            "ebay",
            directory=outside,
            secrets=outside,
            secret_prefix="stores/",  # a prefix of names
            intake=outside.intake,
        )


def test_sellers_have_routes_of_their_own_beside_the_paths() -> None:
    routes = routes_of(Outside().known)

    assert routes == {
        ("amazon", "us"),
        ("amazon", "ca"),
        (seller_cart("amazon"), SELLER.lower()),
    }
