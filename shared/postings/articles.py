"""What a cart sells as the books know it: articles, told apart by their SKU.

Blanks around a SKU do not count, case does; without one an article is told by the cart's own id of
it (carts reference §12.1).
"""

from __future__ import annotations

from collections.abc import Iterable

from commerce.orders import LineKind, Order, OrderLine

BY_ID = "id:"
"""What the name of an article without SKU begins with; a SKU that does counts as none."""


def article_of(sku: str, ref_id: str) -> str:
    """The name of an article by its SKU, or by the cart's id of it where there is no SKU."""
    clean = sku.strip()
    return clean if clean and not clean.startswith(BY_ID) else f"{BY_ID}{ref_id}"


def article_of_line(line: OrderLine) -> str:
    """The article that an order line sells."""
    return article_of(line.sku, line.variant_id or line.product_id)


def articles_of(orders: Iterable[Order]) -> frozenset[str]:
    """The articles that the orders sell; gift cards and tips are none."""
    return frozenset(
        article_of_line(line)
        for order in orders
        for line in order.lines
        if line.kind not in (LineKind.GIFT_CARD, LineKind.TIP)
    )


def cost_place(store: str, article: str) -> str:
    """The place of every finding that an article's cost is not known."""
    return f"cost {store} {article}"


def item_place(store: str, article: str) -> str:
    """The place of every finding about an article: what waits for one cause names one place."""
    return f"item {store} {article}"
