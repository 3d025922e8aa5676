"""Puts right in Sage what people changed there and the cart owns, an article at a time.

The cart is asked what it shows now; an item that several articles sell is left as it is, since each
of them would have its own way: there the last change of the cart stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from carts.catalogue import CatalogueClient, ProductReading
from commerce.catalogue import Product
from shared.items.fields import is_of, to_send_again, tugged
from shared.items.links import ItemLink, ItemLinks, StaleLinkError
from shared.items.watching import Noticed
from shared.ownership.table import Side
from shared.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Righting:
    """Follows up what a look noticed.

    `keep` makes sure of one article's item. `is_late` says whether time runs out.
    """

    links: ItemLinks
    client: CatalogueClient
    keep: Callable[[Product, ItemLink], object]
    is_late: Callable[[], bool]

    def follow(self, tenant: Tenant, noticed: Noticed) -> bool:
        """Put right what was edited, and forget cart ids that another article has; is all done?

        Raises:
            CartApiError: the cart could not be asked.
            IntacctError: Sage could not be told.
            botocore.exceptions.ClientError: links could not be read or stored.
        """
        for link in noticed.renamed:
            if self.is_late():
                return False
            reading = self.client.product(link.product_id)
            if not reading.problems and not any(is_of(link, one) for one in reading.products):
                self._forget(link)
        if not noticed.edited:
            return True
        sellers = self._sellers(tenant, (item.item for item, _ in noticed.edited))
        readings: dict[str, ProductReading] = {}
        for link, fields in noticed.edited:
            if sellers[link.item] > 1:
                continue
            if self.is_late():
                return False
            if link.product_id not in readings:
                readings = {link.product_id: self.client.product(link.product_id)}
            with suppress(StaleLinkError):  # looked at once more by the next look
                self._put_right(link, fields, readings[link.product_id])
        return True

    def _put_right(self, link: ItemLink, fields: frozenset[str], reading: ProductReading) -> None:
        product = next((one for one in reading.products if is_of(link, one)), None)
        if product is None:
            if not reading.problems:
                self._forget(link)
            return
        try:
            known = self._marked(link, fields)
        except StaleLinkError:  # the look itself may have written to the cart since
            newer = self.links.load(link.tenant, link.store, link.article)
            if newer is None or not is_of(newer, product):
                return
            known = self._marked(newer, fields)
        self.keep(product, known)

    def _marked(self, link: ItemLink, fields: frozenset[str]) -> ItemLink:
        return self.links.save(tugged(to_send_again(link, fields), Side.SAGE))

    def _forget(self, link: ItemLink) -> None:
        """The cart tells the article no more under that id."""
        try:
            self.links.save(replace(link, ref_id="", product_id=""))
        except StaleLinkError:
            return

    def _sellers(self, tenant: Tenant, items: Iterable[str]) -> Counter[str]:
        """How many articles that carts tell sell each of the items."""
        wanted = frozenset(items)
        return Counter(
            link.item
            for store in tenant.stores
            for link in self.links.all(tenant.id, store.id)
            if link.item in wanted and link.ref_id
        )
