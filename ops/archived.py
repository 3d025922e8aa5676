"""Deliveries as they were archived, read again as intake read them, for a replay of history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from carts.adapter import Headers
from carts.documents import DocumentError, parse
from carts.registry import adapter
from ops.desk import Desk
from ops.errors import OpsError
from shared.intake.archive import Shelf, archive_key
from shared.messages import CartEvent
from shared.tenants.models import Store

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MISSING = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True, slots=True)
class Archived:
    """One archived delivery; `event` is None where its body no longer tells what it is about."""

    key: str
    received_at: datetime
    event: CartEvent | None


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when deliveries came; an end that is None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, instant: datetime) -> bool:
        """Whether the instant lies in it."""
        return (self.since is None or instant >= self.since) and (
            self.until is None or instant < self.until
        )


def instant(text: str) -> datetime | None:
    """An instant like `2026-03-01` or `2026-03-01T08:00+01:00`, in UTC unless it says otherwise.

    Raises:
        OpsError: it is none.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as exc:
        message = f"{text!r} is no date or instant: say 2026-03-01 or 2026-03-01T08:00Z"
        raise OpsError(message) from exc
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_event(name: str) -> bool:
    """Whether the name is that of a delivery (its digest), and not an order's id."""
    return _DIGEST.fullmatch(name) is not None


class ArchiveReader:
    """The bucket of raw events of one deployment, one tenant at a time."""

    def __init__(self, desk: Desk, tenant: str) -> None:
        """Read what was archived for `tenant`."""
        self._s3 = desk.place.client("s3")
        self._bucket = desk.place.output("RawEventsBucketName")
        self._tenant = tenant

    def one(self, store: Store, digest: str) -> Archived | None:
        """The delivery of that digest; None where the store has none."""
        for shelf in (Shelf.RAW, Shelf.UNHANDLED):
            key = archive_key(shelf, self._tenant, store.id, digest)
            try:
                return self._read(store, key)
            except ClientError as exc:
                if exc.response.get("Error", {}).get("Code") not in _MISSING:
                    raise
        return None

    def all(self, store: Store, window: Window) -> Iterator[Archived]:
        """Deliveries of a store that came in that time, the oldest first.

        Those of topics that had no meaning to us then are among them if they have one now.
        """
        keys: list[tuple[datetime, str]] = []
        for shelf in (Shelf.RAW, Shelf.UNHANDLED):
            prefix = archive_key(shelf, self._tenant, store.id, "").removesuffix(".json")
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix
            )
            for page in pages:
                keys += [
                    (found["LastModified"], found["Key"])
                    for found in page.get("Contents", [])
                    if window.holds(found["LastModified"])
                ]
        for _, key in sorted(keys):
            read = self._read(store, key)
            if read.event is not None or key.startswith(Shelf.RAW.value):
                yield read

    def _read(self, store: Store, key: str) -> Archived:
        answer = self._s3.get_object(Bucket=self._bucket, Key=key)
        body, received_at = answer["Body"].read(), answer["LastModified"]
        headers = Headers(answer.get("Metadata", {}))
        return Archived(key, received_at, self._event(store, key, headers, body, received_at))

    def _event(
        self, store: Store, key: str, headers: Headers, body: bytes, received_at: Any
    ) -> CartEvent | None:
        try:
            delivery = adapter(store.cart).describe(headers, body, parse(body))
        except DocumentError:
            return None
        if not delivery.is_handled:
            return None
        return CartEvent(
            tenant=self._tenant,
            store=store.id,
            cart=store.cart,
            topic=delivery.topic,
            delivery=key.rpartition("/")[2].removesuffix(".json"),
            resource_id=delivery.resource_id,
            raw_key=key,
            received_at=received_at,
        )
