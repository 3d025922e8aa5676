"""The items that an order's articles are linked to, as posting wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.items.links import ItemLinks


class LinkedItems:
    """Looks links up for orders; one batch of reads for each."""

    def __init__(self, links: ItemLinks) -> None:
        """Look them up in `links`."""
        self._links = links

    def __call__(self, tenant: str, store: str, articles: Iterable[str]) -> Mapping[str, str]:
        """The Sage items of those articles that have one which can be sold.

        Raises:
            LeftUnreadError: DynamoDB kept leaving some unread.
            botocore.exceptions.ClientError: they could not be read.
        """
        found = self._links.load_many(tenant, store, articles)
        return {article: link.item for article, link in found.items() if link.sells}
