"""Keeps a store's articles and the company's items together: items first, orders after.

Articles that orders wait for are looked after before anything else; then products that changed
are read, window by window, and followed. What cannot be decided is a review record per article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from carts.adapter import CartApiError, CartClient
from carts.catalogue import CatalogueClient, ProductReading, ProductWriter
from commerce.catalogue import Product
from intacct.errors import IntacctError
from shared.costs.noting import CostNoter, is_noted
from shared.customers.reading import findings_of_problems
from shared.items.bundling import Bundling
from shared.items.findings import gone, implausible
from shared.items.keeping import ItemKeeper, Kept
from shared.items.links import ItemLink, ItemLinks
from shared.items.news import ItemNews
from shared.items.righting import Righting
from shared.items.runs import (
    ItemReport,
    Run,
    RunKeeper,
    items_subject,
    open_subjects,
    product_subject,
    raise_first,
)
from shared.items.waiting import Waiting, WaitingOrders
from shared.items.watching import EVERY, ItemWatch, Noticed
from shared.policy.items import Bundles, ItemScope
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.polling.reader import Range, UnreadableError, WindowReader
from shared.polling.reports import PollOutcome
from shared.polling.windows import OutOfTimeError, Window
from shared.ports import Clock
from shared.postings.articles import article_of, cost_place
from shared.reviews.records import Reviews
from shared.tenants.models import Store, Tenant

PRODUCTS_READER = "products"
"""The reader under which checkpoints of products are kept."""

LOOKS_READER = "linked-items"
"""The reader under which it is kept when all linked items were looked at."""

OVERLAP = timedelta(minutes=5)
LAG = timedelta(minutes=2)
LONGEST_WINDOW = timedelta(days=365 * 40)
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_MARGIN = timedelta(seconds=20)

AT_ONCE = 100
"""As many articles as are looked for and made together, between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class ItemSyncParts:
    """What syncing needs; `client_of` gives a store's client, None where no access was given.

    `looks` remembers when all linked items were looked at, `news` what changed in Sage since.
    """

    checkpoints: Checkpoints
    looks: Checkpoints
    keeper: ItemKeeper
    watch: ItemWatch
    news: ItemNews
    links: ItemLinks
    waiting: WaitingOrders
    reviews: Reviews
    client_of: Callable[[Tenant, Store], CartClient | None]
    costs: CostNoter
    bundling: Bundling
    clock: Clock


class ItemSync:
    """Syncs the articles of stores, of any tenant."""

    def __init__(self, parts: ItemSyncParts) -> None:
        """`parts` are shared by all stores."""
        self._parts = parts
        self._keeping = RunKeeper(
            parts.keeper, parts.links, parts.reviews, parts.clock, parts.bundling
        )
        self._reader = WindowReader(parts.checkpoints, parts.clock, what="products")

    def sync(self, tenant: Tenant, store: Store, deadline: datetime) -> ItemReport:
        """Look after what orders wait for, then follow what changed in the cart.

        Nothing is raised for what a cart or Sage may do: the report says it.

        Raises:
            botocore.exceptions.ClientError: something could not be read or kept.
        """
        report = ItemReport(tenant.id, store.id, PollOutcome.SKIPPED)
        is_read = store.items.is_kept or is_noted(store)
        if tenant.is_paused or not is_read:
            report.detail = "the tenant is paused" if tenant.is_paused else "items are not linked"
            return report
        try:
            client = self._parts.client_of(tenant, store)
            lease = self._parts.checkpoints.acquire(tenant.id, store.id, now=self._parts.clock())
        except CartApiError as exc:
            report.outcome, report.detail = PollOutcome.FAILED, str(exc)
            return report
        except PollingElsewhereError:
            report.outcome = PollOutcome.BUSY
            return report
        reviews = list(self._parts.reviews.all(tenant.id))
        subjects = open_subjects(store, reviews)
        run = Run(tenant, store, _catalogue_of(client), deadline, report, reviews, subjects)
        try:
            if store.items.is_kept:
                self._look_at_all(run)
                self._look_after(run)
            if is_noted(store):
                self._look_for_costs(run)
            self._follow(run, lease)
        except (CartApiError, IntacctError) as exc:
            report.outcome, report.detail = PollOutcome.FAILED, _told(exc)
        finally:
            self._parts.checkpoints.release(lease)
        return report

    def _follow(self, run: Run, lease: Lease) -> None:
        """Read what changed in the cart since the last run."""
        if run.client is None:
            run.report.outcome = PollOutcome.COMPLETE
            run.report.detail = "its cart tells no products; orders do"
            return
        end = self._parts.clock() - LAG
        is_whole = run.store.items.scope is ItemScope.ALL or is_noted(run.store)
        began = _FIRST if is_whole else end
        wanted = Range(began, end, LONGEST_WINDOW, run.deadline)
        done = self._reader.run(lease, wanted, lambda window: self._window(run, window))
        if lease.read_to is None and began == end:
            self._parts.checkpoints.advance(lease, end, now=self._parts.clock())
        run.report.outcome, run.report.detail = done.outcome, done.detail

    def _look_at_all(self, run: Run) -> None:
        """Notice what became of linked items, and carry what Sage owns over.

        When it is time all are looked at, between two such looks those that changed in Sage.
        """
        tenant, store, now = run.tenant, run.store, self._parts.clock()
        looks, news = self._parts.looks, self._parts.news.of_store(tenant.id, store.id)
        lease = looks.acquire(tenant.id, store.id, now=now)
        try:
            is_due = lease.read_to is None or now - lease.read_to >= EVERY
            if not is_due and not news.articles:
                return
            noticed = self._parts.watch.look(
                tenant,
                store,
                run.products,
                _writer_of(run.client),
                is_late=lambda: self._is_late(run),
                only=None if is_due else news.articles,
            )
            self._tell(run, noticed, is_of_all=is_due)
            if self._righted(run, noticed) and noticed.is_whole:
                self._parts.news.looked_at(tenant.id, store.id, news)
                if is_due:
                    looks.advance(lease, now, now=now)
        finally:
            looks.release(lease)

    def _tell(self, run: Run, noticed: Noticed, *, is_of_all: bool) -> None:
        """Keep what a look noticed as review records."""
        store = run.store
        if is_of_all:
            findings = implausible(store.id, noticed.is_implausible)
            self._keeping.note(run, items_subject(store.id), findings)
        run.report.written_back = noticed.written
        for article in noticed.lost:
            text = "its item is inactive or not in Sage Intacct any more"
            self._keeping.review(run, article, (gone(store.id, article, text),))
        for article in (*noticed.back, *noticed.settled):
            self._keeping.review(run, article, ())
        for article, finding in noticed.findings.items():
            self._keeping.review(run, article, (finding,))

    def _righted(self, run: Run, noticed: Noticed) -> bool:
        """Put right in Sage what the cart owns; whether time was enough for all of it."""
        if run.client is None:
            return True
        righting = Righting(
            self._parts.links,
            run.client,
            lambda product, link: self._keeping.keep(run, product, link),
            lambda: self._is_late(run),
        )
        return righting.follow(run.tenant, noticed)

    def _is_late(self, run: Run) -> bool:
        return self._parts.clock() + _MARGIN >= run.deadline

    def _look_after(self, run: Run) -> None:
        """The articles that orders wait for: as the cart has them now, or as the line tells."""
        found = self._parts.waiting.of_store(run.tenant.id, run.store.id, run.reviews)
        run.report.waiting = len(found)
        left = iter(found.values())
        while (part := list(islice(left, AT_ONCE))) and not self._is_late(run):
            unlinked: list[tuple[Waiting, Product, ItemLink | None]] = []
            try:
                for waiting in part:
                    if self._is_late(run):
                        break
                    unlinked += self._unlinked(run, waiting)
            except CartApiError:
                self._serve(run, unlinked)
                raise
            self._serve(run, unlinked)

    def _look_for_costs(self, run: Run) -> None:
        """Ask the cart what articles cost that orders wait for the costs of."""
        found = self._parts.waiting.of_store(run.tenant.id, run.store.id, run.reviews, cost_place)
        for waiting in found.values():
            if self._is_late(run):
                return
            products = run.products(waiting.product_id)
            run.report.costs += self._parts.costs.note(run.tenant, run.store, products)

    def _unlinked(
        self, run: Run, waiting: Waiting
    ) -> Iterator[tuple[Waiting, Product, ItemLink | None]]:
        """The article with what is to be kept of it; nothing where it sells, or is gone.

        Of a store that books parts the cart is asked all the same: it may be a bundle.
        """
        link = self._parts.links.load(run.tenant.id, run.store.id, waiting.article)
        if link is not None and link.sells and run.store.items.bundles is not Bundles.PARTS:
            self._let_go(run, waiting)
            return
        product = self._product(run, waiting)
        if product is not None:
            yield waiting, product, link
            return
        if link is not None and link.sells:
            self._let_go(run, waiting)
            return
        finding = gone(run.store.id, waiting.article, "the cart does not know the product any more")
        self._keeping.review(run, waiting.article, (finding,))

    def _serve(
        self, run: Run, unlinked: Sequence[tuple[Waiting, Product, ItemLink | None]]
    ) -> None:
        """Keep the articles together, and let the orders of those that sell then go."""
        articles = [(product, link) for _, product, link in unlinked]
        outcomes = self._keeping.keep_many(run, articles, lambda: self._is_late(run))
        for (waiting, _, _), kept in zip(unlinked, outcomes, strict=True):
            if isinstance(kept, Kept) and kept.sells:
                self._let_go(run, waiting)
        with suppress(OutOfTimeError):
            raise_first(outcomes)

    def _let_go(self, run: Run, waiting: Waiting) -> None:
        once = f"item {waiting.article} {self._parts.clock().isoformat()}"
        run.report.orders_let_go += self._parts.waiting.let_go(run.tenant.id, waiting, once=once)

    def _product(self, run: Run, waiting: Waiting) -> Product | None:
        """The article as the cart tells it now, or the order; None where it is known no more.

        A cart that tells nothing of a product does not say that it is gone: eBay's API does not
        know listings that were made elsewhere.
        """
        if run.client is None or not waiting.product_id:
            return waiting.as_sold(run.store.cart, run.store.id, self._parts.clock())
        reading = run.client.product(waiting.product_id)
        if not (reading.products or reading.problems or reading.is_gone):
            return waiting.as_sold(run.store.cart, run.store.id, self._parts.clock())
        return next(
            (
                product
                for product in reading.products
                if article_of(product.sku, product.ref.id) == waiting.article
            ),
            None,
        )

    def _window(self, run: Run, window: Window) -> int:
        """Follow what changed in a window; how many products there were.

        Products are gathered over pages, so that their articles share requests.
        """
        seen, problems, gathered = 0, list[str](), list[Product]()
        since = max(window.begin - OVERLAP, _FIRST)
        assert run.client is not None, "a cart that tells no products has no windows"  # noqa: S101
        try:
            for page in run.client.changed_products(since=since, until=window.until):
                seen += len(page)
                problems += self._page(run, page)
                gathered += (product for reading in page for product in reading.products)
                if len(gathered) >= AT_ONCE or self._is_late(run):
                    self._keep_all(run, gathered)
                    gathered = []
                if self._is_late(run):
                    raise OutOfTimeError
        except CartApiError:
            self._keep_all(run, gathered)
            raise
        self._keep_all(run, gathered)
        if problems:
            message = f"{len(problems)} products could not be read; reviews say why"
            raise UnreadableError(message, seen=seen)
        return seen

    def _page(self, run: Run, readings: Sequence[ProductReading]) -> list[str]:
        """Note what the page tells beside its articles; the products that could not be read."""
        products = [product for reading in readings for product in reading.products]
        run.report.costs += self._parts.costs.note(run.tenant, run.store, products)
        for reading in readings:
            subject = product_subject(run.store.id, reading.product_id)
            self._keeping.note(run, subject, findings_of_problems(reading.problems))
        return [reading.product_id for reading in readings if reading.problems]

    def _keep_all(self, run: Run, products: Iterable[Product]) -> None:
        """Keep the items of those products that get one.

        Raises:
            OutOfTimeError: time was too short for some of them.
        """
        if not run.store.items.is_kept:
            return
        articles = {article_of(each.sku, each.ref.id): each for each in products}
        left = iter(articles)
        while part := list(islice(left, AT_ONCE)):
            known = self._parts.links.load_many(run.tenant.id, run.store.id, part)
            bundles = self._parts.bundling.registered(run, part)
            wanted = [
                (articles[article], known.get(article))
                for article in part
                if run.store.items.scope is ItemScope.ALL or article in known or article in bundles
            ]
            raise_first(self._keeping.keep_many(run, wanted, lambda: self._is_late(run)))


def _catalogue_of(client: object) -> CatalogueClient | None:
    """The client as one that tells products; None where its cart tells none."""
    return client if isinstance(client, CatalogueClient) else None


def _writer_of(client: object) -> ProductWriter | None:
    """The client as one that takes products; None where its cart takes none."""
    return client if isinstance(client, ProductWriter) else None


def _told(error: CartApiError | IntacctError) -> str:
    """What a log may hold of an error."""
    return str(error) if isinstance(error, CartApiError) else type(error).__name__
