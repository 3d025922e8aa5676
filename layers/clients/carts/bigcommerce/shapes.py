"""What BigCommerce's documents look like: deliveries, which hold ids only."""

from __future__ import annotations

from collections.abc import Iterator

from carts.bigcommerce import webhooks
from carts.shapes import Kind, Seen, Shape, Source, has


def _delivery(source: Source) -> Iterator[Seen]:
    delivery = webhooks.describe(source.headers, source.body, source.document)
    yield Seen(Kind.NOTIFICATION, delivery=delivery)


SHAPES = (Shape(Kind.NOTIFICATION, has("scope"), _delivery),)
