"""Products of a store behind API2Cart, as its methods show and take them (carts reference §12.1).

With `is_odd` numbers and booleans are text, as some carts behind have them. Batches are jobs, done
after `job_seconds`; a job that is not done yet is answered with 12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from local.cart_simulators.catalogue import (
    Article,
    Catalogue,
    ShopProduct,
    UnknownProductError,
)
from local.cart_simulators.wire import Answer, Refusal, Request, json_answer

_FIELDS = {"name": "title", "price": "price", "cost_price": "cost", "upc": "barcode"}
_YES_NO = {True: "True", False: "False"}

Json = dict[str, Any]
Listing = Callable[[Request, Iterable[Json], str], Answer]
"""Gives one page of rows, and names the member of the result that holds them."""


@dataclass(slots=True)
class _Job:
    """A batch, and what became of its rows."""

    rows: list[Json]
    ready_at: datetime
    results: list[Json] = field(default_factory=list)
    is_done: bool = False


class Api2CartProducts:
    """The methods of products, child items and jobs."""

    def __init__(
        self, catalogue: Catalogue, listed: Listing, *, is_odd: bool, job_seconds: float
    ) -> None:
        """`listed` pages as all lists of the API do."""
        self._catalogue = catalogue
        self._listed = listed
        self._is_odd = is_odd
        self._job_time = timedelta(seconds=job_seconds)
        self._jobs: dict[str, _Job] = {}

    def products(self, request: Request) -> Answer:
        """`product.list`."""
        return self._listed(request, (self._product(each) for each in self._catalogue), "product")

    def children(self, request: Request) -> Answer:
        """`product.child_item.list`."""
        rows = (
            self._child(product, article)
            for product in self._catalogue
            if product.has_variants
            for article in product.articles
        )
        return self._listed(request, rows, "children")

    def product(self, request: Request) -> Answer:
        """`product.info`."""
        return envelope(self._product(self._catalogue.product(request.query.get("id", ""))))

    def cart(self, _: Request) -> Answer:
        """`cart.info`."""
        info = {"store_id": "1", "currency": {"id": "1", "iso3": "USD"}}
        return envelope({"stores_info": [info]})

    def update(self, request: Request) -> Answer:
        """`product.update` and `product.variant.update`."""
        if not self._set(request.document or {}):
            return error(112, "Product not found")
        return envelope({"updated_items": 1})

    def batch(self, request: Request) -> Answer:
        """`product.update.batch` and `product.variant.update.batch`."""
        rows: list[Json] = (request.document or {}).get("payload", [])
        job_id = str(len(self._jobs) + 1)
        self._jobs[job_id] = _Job(rows, self._catalogue.now() + self._job_time)
        self.work()
        return envelope({"job_id": job_id})

    def job(self, request: Request) -> Answer:
        """`batch.job.result`."""
        job = self._jobs.get(request.query.get("id", ""))
        if job is None:
            raise Refusal(error(112, "Job not found"))
        if not job.is_done:
            return error(12, "Job in progress")
        return envelope({"job_id": 1, "items_processed": len(job.rows), "items": job.results})

    def work(self) -> None:
        """Do the jobs whose time has come."""
        for job in self._jobs.values():
            if job.is_done or self._catalogue.now() < job.ready_at:
                continue
            job.is_done = True
            for number, row in enumerate(job.rows):
                errors = [] if self._set(row) else ["There is no such product."]
                status = "failed" if errors else "success"
                told = {"id": number, "status": status, "entity_id": row["id"], "errors": errors}
                job.results.append(told)

    def _set(self, row: Json) -> bool:
        """Set what the row names; false when there is no such thing."""
        try:
            article = self._catalogue.article(row.get("id"))[1]
        except UnknownProductError:
            return False
        if "quantity" in row:
            place = str(row.get("warehouse_id", ""))
            self._catalogue.set_level(article.id, Decimal(str(row["quantity"])), place)
        fields: Json = {_FIELDS[name]: row[name] for name in row if name in _FIELDS}
        if "available_for_sale" in row:
            fields["is_active"] = row["available_for_sale"]
        if fields:
            self._catalogue.change(article.id, fields)
        return True

    def _product(self, product: ShopProduct) -> Json:
        first = product.articles[0]
        offer = first.offer
        kind = "bundle" if offer.parts else "simple"
        row: Json = {
            "id": str(product.id),
            "type": "configurable" if product.has_variants else kind,
            "u_sku": "" if product.has_variants else offer.sku,
            "u_model": "",
            "name": product.title,
            "price": offer.price,
            "cost_price": offer.cost or 0,
            "modified_at": _moment(product.updated_at),
            "avail_sale": product.is_active,
            "avail_view": product.is_active,
            "is_stock_managed": True,
            "u_upc": offer.barcode,
            "group_items": [
                {
                    "child_item_id": str(part.product_id or part.sku),
                    "default_qty_in_pack": part.quantity,
                }
                for part in offer.parts
            ],
            "quantity": None if product.has_variants else _sum(first),
            "inventory": [] if product.has_variants else _inventory(first),
        }
        return self._shaped(row)

    def _child(self, product: ShopProduct, article: Article) -> Json:
        offer = article.offer
        return self._shaped(
            {
                "id": str(article.id),
                "parent_id": str(product.id),
                "sku": offer.sku,
                "modified_time": _moment(product.updated_at),
                "combination": [{"option_name": "Option", "option_value_name": offer.variant}],
                "default_price": offer.price,
                "cost_price": offer.cost or 0,
                "avail_for_sale": product.is_active,
                "manage_stock": True,
                "inventory_level": _sum(article),
                "inventory": _inventory(article),
                "upc": offer.barcode,
            }
        )

    def _shaped(self, row: Json) -> Json:
        return {name: _oddly(value) for name, value in row.items()} if self._is_odd else row


def _oddly(value: Any) -> Any:
    """A value as some carts behind have it: as text, and a list of one as its only entry."""
    if isinstance(value, bool):
        return _YES_NO[value]
    if isinstance(value, Decimal | int):
        return str(value)
    if isinstance(value, list) and len(value) == 1:
        return _oddly(value[0])
    if isinstance(value, dict) and set(value) == {"value", "format"}:
        return datetime.fromisoformat(value["value"]).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dict):
        return {name: _oddly(each) for name, each in value.items()}
    return value


def _inventory(article: Article) -> list[Json]:
    return [
        {"warehouse_id": place, "quantity": level, "in_stock": level > 0}
        for place, level in article.levels.items()
        if place
    ]


def _sum(article: Article) -> Decimal:
    return sum(article.levels.values(), Decimal(0))


def _moment(at: datetime) -> Json:
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    return {"value": text, "format": "Y-m-d\\TH:i:sO"}


def product_routes(shop: Api2CartProducts, api: str, made: Callable[..., Any]) -> Iterator[Any]:
    """The methods; `made` makes a route."""
    yield made("GET", f"{api}/product\\.list\\.json", shop.products, lists_products=True)
    yield made("GET", f"{api}/product\\.child_item\\.list\\.json", shop.children)
    yield made("GET", f"{api}/product\\.info\\.json", shop.product)
    yield made("GET", f"{api}/cart\\.info\\.json", shop.cart)
    yield made("GET", f"{api}/batch\\.job\\.result\\.json", shop.job)
    for kind in ("product", "product\\.variant"):
        yield made("PUT", f"{api}/{kind}\\.update\\.json", shop.update)
        yield made("POST", f"{api}/{kind}\\.update\\.batch\\.json", shop.batch)


def envelope(result: Json, **members: Json) -> Answer:
    """An answer that went well."""
    return json_answer({"return_code": 0, "return_message": "", **members, "result": result})


def error(code: int, message: str) -> Answer:
    """An error, which comes with HTTP 200."""
    return json_answer({"return_code": code, "return_message": message, "result": {}})
