"""Amazon's notifications: messages of a queue, never over HTTP (carts reference §7.2).

Nothing is signed: that only Amazon may send is the policy of the queue. A change of an order and a
refund that was posted to one both mean that the order is to be fetched.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from carts.adapter import Delivery
from carts.documents import to_identifier

ORDER_CHANGE = "ORDER_CHANGE"
TRANSACTION_UPDATE = "TRANSACTION_UPDATE"
ORDER_TOPICS = frozenset({ORDER_CHANGE, TRANSACTION_UPDATE})

_TOPIC = re.compile(r"[A-Z][A-Z_]{0,63}")
_ORDER_NAMES = frozenset({"OrderId", "ORDER_ID"})
_REFUNDING = ("refund", "guaranteeclaim")


def describe(body: bytes, document: Any) -> Delivery:
    """What the body of a queue's message says of itself.

    It may stand in an envelope of EventBridge (`detail`). The key is type and notification id: ids
    alone repeat over types (carts reference §2.2). Transactions other than refunds are unhandled:
    they change nothing that an order is booked by.
    """
    inner = _inner(document)
    topic = inner.get("NotificationType")
    topic = topic if isinstance(topic, str) and _TOPIC.fullmatch(topic) else "unknown"
    event = to_identifier(_object(inner, "NotificationMetadata").get("NotificationId"))
    change, update = _change(inner), _update(inner)
    is_update = topic == TRANSACTION_UPDATE
    seller = _object(update, "SellingPartnerMetadata").get("SellingPartnerId")
    order_id = _order_of(update) if is_update else to_identifier(change.get("AmazonOrderId"))
    return Delivery(
        topic=topic,
        key=f"{topic}:{event or hashlib.sha256(body).hexdigest()}",
        account=to_identifier(seller if is_update else change.get("SellerId")).lower(),
        resource_id=order_id,
        is_handled=topic == ORDER_CHANGE or (is_update and bool(order_id) and _is_refund(update)),
    )


def marketplace_of(document: Any) -> str:
    """The marketplace that the notification is about; empty where it names none."""
    inner = _inner(document)
    summary = _object(_change(inner), "Summary")
    seller = _object(_update(inner), "SellingPartnerMetadata")
    return to_identifier(summary.get("MarketplaceId") or seller.get("MarketplaceId"))


def _inner(document: Any) -> dict[str, Any]:
    found = _object(document, "detail") or document
    return found if isinstance(found, dict) else {}


def _change(inner: dict[str, Any]) -> dict[str, Any]:
    return _object(_object(inner, "Payload"), "OrderChangeNotification")


def _update(inner: dict[str, Any]) -> dict[str, Any]:
    return _object(_object(inner, "Payload"), "TransactionUpdateNotification")


def _is_refund(update: dict[str, Any]) -> bool:
    kind = str(update.get("TransactionType", "")).lower()
    return any(word in kind for word in _REFUNDING)


def _order_of(update: dict[str, Any]) -> str:
    listed = update.get("RelatedIdentifiers")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and each.get("RelatedIdentifierName") in _ORDER_NAMES:
            return to_identifier(each.get("RelatedIdentifierValue"))
    return ""


def _object(document: Any, name: str) -> dict[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}
