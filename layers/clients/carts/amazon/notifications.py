"""Amazon's notifications: messages of a queue, never over HTTP (carts reference §7.2).

Nothing is signed: that only Amazon may send is the queue's policy.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from carts.adapter import Delivery
from carts.documents import to_identifier

ORDER_TOPICS = frozenset({"ORDER_CHANGE"})

_TOPIC = re.compile(r"[A-Z][A-Z_]{0,63}")


def describe(body: bytes, document: Any) -> Delivery:
    """What the body of a queue's message says of itself.

    It may stand in an envelope of EventBridge (`detail`). The key is type and notification id: ids
    alone repeat over types (carts reference §2.2).
    """
    inner = _object(document, "detail") or document
    topic = inner.get("NotificationType") if isinstance(inner, dict) else None
    topic = topic if isinstance(topic, str) and _TOPIC.fullmatch(topic) else "unknown"
    change = _object(_object(inner, "Payload"), "OrderChangeNotification")
    event = to_identifier(_object(inner, "NotificationMetadata").get("NotificationId"))
    return Delivery(
        topic=topic,
        key=f"{topic}:{event or hashlib.sha256(body).hexdigest()}",
        account=to_identifier(change.get("SellerId")).lower(),
        resource_id=to_identifier(change.get("AmazonOrderId")),
        is_handled=topic in ORDER_TOPICS,
    )


def _object(document: Any, name: str) -> dict[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}
