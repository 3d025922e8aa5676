"""Keeps a store's articles and the company's items together: items first, orders after.

Articles that orders wait for are looked after before anything else; then products that changed
are read, window by window, and followed. What cannot be decided is a review record per article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from carts.adapter import CartApiError, CartClient
from carts.catalogue import CatalogueClient, ProductReading, ProductWriter
from commerce.catalogue import Product
from intacct.errors import IntacctError
from shared.costs.noting import CostNoter, is_noted
from shared.customers.reading import findings_of_problems
from shared.items.findings import gone, implausible, item_subject
from shared.items.keeping import ItemKeeper, Kept, KeptAs
from shared.items.links import ItemLink, ItemLinks, StaleLinkError
from shared.items.righting import Righting
from shared.items.waiting import Waiting, WaitingOrders
from shared.items.watching import EVERY, ItemWatch, Noticed
from shared.policy.items import ItemScope
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.polling.reader import Range, UnreadableError, WindowReader
from shared.polling.reports import PollOutcome, PollReport
from shared.polling.windows import OutOfTimeError, Window
from shared.ports import Clock
from shared.postings.articles import article_of, cost_place
from shared.postings.findings import Finding
from shared.reviews.records import Review, Reviews, ReviewStatus
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


@dataclass(slots=True)
class ItemReport:
    """What one run did at one store, in ids and counts that a log may hold."""

    tenant: str
    store: str
    outcome: PollOutcome
    detail: str = ""
    kept: Counter[KeptAs] = field(default_factory=Counter)
    waiting: int = 0
    orders_let_go: int = 0
    written_back: int = 0
    costs: int = 0

    def as_json(self) -> dict[str, object]:
        """For the function's answer."""
        return {
            "tenant": self.tenant,
            "store": self.store,
            "outcome": self.outcome.value,
            "detail": self.detail,
            "waiting": self.waiting,
            "orders_let_go": self.orders_let_go,
            "written_back": self.written_back,
            "costs": self.costs,
            **{f"items_{one.value}": count for one, count in sorted(self.kept.items())},
        }


@dataclass(frozen=True, slots=True)
class ItemSyncParts:
    """What syncing needs; `client_of` gives a store's client, None where no access was given.

    `looks` remembers when all linked items were looked at.
    """

    checkpoints: Checkpoints
    looks: Checkpoints
    keeper: ItemKeeper
    watch: ItemWatch
    links: ItemLinks
    waiting: WaitingOrders
    reviews: Reviews
    client_of: Callable[[Tenant, Store], CartClient | None]
    costs: CostNoter
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Run:
    """One run at one store; its report grows."""

    tenant: Tenant
    store: Store
    client: CatalogueClient | None
    deadline: datetime
    report: ItemReport
    reviews: Sequence[Review]
    open_subjects: frozenset[str]

    def products(self, product_id: str) -> Sequence[Product]:
        """The articles of a product as the cart has them now."""
        return self.client.product(product_id).products if self.client and product_id else ()


class ItemSync:
    """Syncs the articles of stores, of any tenant."""

    def __init__(self, parts: ItemSyncParts) -> None:
        """`parts` are shared by all stores."""
        self._parts = parts
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
        subjects = _open_subjects(store, reviews)
        run = _Run(tenant, store, _catalogue_of(client), deadline, report, reviews, subjects)
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

    def _follow(self, run: _Run, lease: Lease) -> None:
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

    def _look_at_all(self, run: _Run) -> None:
        """Notice, when it is time, what became of linked items, and carry what Sage owns over."""
        tenant, store, now = run.tenant, run.store, self._parts.clock()
        looks = self._parts.looks
        lease = looks.acquire(tenant.id, store.id, now=now)
        try:
            if lease.read_to is not None and now - lease.read_to < EVERY:
                return
            writer = _writer_of(run.client)
            noticed = self._parts.watch.look(
                tenant, store, run.products, writer, is_late=lambda: self._is_late(run)
            )
            self._tell(run, noticed)
            if self._righted(run, noticed) and noticed.is_whole:
                looks.advance(lease, now, now=now)
        finally:
            looks.release(lease)

    def _tell(self, run: _Run, noticed: Noticed) -> None:
        """Keep what a look noticed as review records."""
        store = run.store
        self._note(run, _items_subject(store.id), implausible(store.id, noticed.is_implausible))
        run.report.written_back = noticed.written
        for article in noticed.lost:
            text = "its item is inactive or not in Sage Intacct any more"
            self._review(run, article, (gone(store.id, article, text),))
        for article in (*noticed.back, *noticed.settled):
            self._review(run, article, ())
        for article, finding in noticed.findings.items():
            self._review(run, article, (finding,))

    def _righted(self, run: _Run, noticed: Noticed) -> bool:
        """Put right in Sage what the cart owns; whether time was enough for all of it."""
        if run.client is None:
            return True
        righting = Righting(
            self._parts.links,
            run.client,
            lambda product, link: self._keep(run, product, link),
            lambda: self._is_late(run),
        )
        return righting.follow(run.tenant, noticed)

    def _is_late(self, run: _Run) -> bool:
        return self._parts.clock() + _MARGIN >= run.deadline

    def _look_after(self, run: _Run) -> None:
        """The articles that orders wait for: as the cart has them now, or as the line tells."""
        found = self._parts.waiting.of_store(run.tenant.id, run.store.id, run.reviews)
        run.report.waiting = len(found)
        for waiting in found.values():
            if self._is_late(run):
                return
            self._serve(run, waiting)

    def _look_for_costs(self, run: _Run) -> None:
        """Ask the cart what articles cost that orders wait for the costs of."""
        found = self._parts.waiting.of_store(run.tenant.id, run.store.id, run.reviews, cost_place)
        for waiting in found.values():
            if self._is_late(run):
                return
            products = run.products(waiting.product_id)
            run.report.costs += self._parts.costs.note(run.tenant, run.store, products)

    def _serve(self, run: _Run, waiting: Waiting) -> None:
        link = self._parts.links.load(run.tenant.id, run.store.id, waiting.article)
        if link is None or not link.sells:
            product = self._product(run, waiting)
            if product is None:
                text = "the cart does not know the product any more"
                finding = gone(run.store.id, waiting.article, text)
                self._review(run, waiting.article, (finding,))
                return
            link = self._keep(run, product, link).link
        if link is None or not link.sells:
            return
        once = f"item {waiting.article} {self._parts.clock().isoformat()}"
        run.report.orders_let_go += self._parts.waiting.let_go(run.tenant.id, waiting, once=once)

    def _product(self, run: _Run, waiting: Waiting) -> Product | None:
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

    def _window(self, run: _Run, window: Window) -> int:
        """Follow what changed in a window; how many products there were."""
        seen, problems = 0, list[str]()
        since = max(window.begin - OVERLAP, _FIRST)
        assert run.client is not None, "a cart that tells no products has no windows"  # noqa: S101
        for page in run.client.changed_products(since=since, until=window.until):
            seen += len(page)
            problems += self._page(run, page)
            if self._is_late(run):
                raise OutOfTimeError
        if problems:
            message = f"{len(problems)} products could not be read; reviews say why"
            raise UnreadableError(message, seen=seen)
        return seen

    def _page(self, run: _Run, page: Iterable[ProductReading]) -> list[str]:
        """Keep what the page tells; the products that could not be read."""
        readings = list(page)
        products = [product for reading in readings for product in reading.products]
        run.report.costs += self._parts.costs.note(run.tenant, run.store, products)
        if run.store.items.is_kept:
            self._keep_all(run, products)
        for reading in readings:
            subject = _product_subject(run.store.id, reading.product_id)
            self._note(run, subject, findings_of_problems(reading.problems))
        return [reading.product_id for reading in readings if reading.problems]

    def _keep_all(self, run: _Run, products: Iterable[Product]) -> None:
        """Keep the items of those products that get one."""
        articles = {article_of(each.sku, each.ref.id): each for each in products}
        known = self._parts.links.load_many(run.tenant.id, run.store.id, articles)
        for article, product in articles.items():
            if run.store.items.scope is ItemScope.ALL or article in known:
                self._keep(run, product, known.get(article))

    def _keep(self, run: _Run, product: Product, link: ItemLink | None) -> Kept:
        """One article; somebody else's change of its link in between is looked at once more."""
        article = article_of(product.sku, product.ref.id)
        try:
            kept = self._parts.keeper.keep(run.tenant, run.store, product, link)
        except StaleLinkError:
            newer = self._parts.links.load(run.tenant.id, run.store.id, article)
            kept = self._parts.keeper.keep(run.tenant, run.store, product, newer)
        run.report.kept[kept.outcome] += 1
        self._review(run, article, kept.findings)
        return kept

    def _review(self, run: _Run, article: str, findings: Sequence[Finding]) -> None:
        self._note(run, item_subject(run.store.id, article), findings)

    def _note(self, run: _Run, subject: str, findings: Sequence[Finding]) -> None:
        """Keep what is wrong now; what was wrong at the beginning of the run and is not, closes."""
        now = self._parts.clock()
        if findings:
            self._parts.reviews.open(run.tenant.id, subject, list(findings), at=now)
        elif subject in run.open_subjects:
            self._parts.reviews.close(run.tenant.id, subject, at=now)


def _open_subjects(store: Store, reviews: Iterable[Review]) -> frozenset[str]:
    """The review records of the store's articles and products that are open now."""
    begins = (
        item_subject(store.id, ""),
        _product_subject(store.id, ""),
        _items_subject(store.id),
    )
    return frozenset(
        review.subject
        for review in reviews
        if review.status is ReviewStatus.OPEN and review.subject.startswith(begins)
    )


def _items_subject(store: str) -> str:
    """The subject of what all items of a store have in common: `items:<store>`."""
    return f"items:{store}"


def _product_subject(store: str, product_id: str) -> str:
    """The subject of a product that cannot be read: `product:<store>:<product>`."""
    return f"product:{store}:{product_id}"


def _catalogue_of(client: object) -> CatalogueClient | None:
    """The client as one that tells products; None where its cart tells none."""
    return client if isinstance(client, CatalogueClient) else None


def _writer_of(client: object) -> ProductWriter | None:
    """The client as one that takes products; None where its cart takes none."""
    return client if isinstance(client, ProductWriter) else None


def poll_report(report: ItemReport) -> PollReport:
    """The report as every poller gives it."""
    return PollReport(
        report.tenant,
        report.store,
        report.outcome,
        hints=sum(report.kept.values()),
        detail=report.detail,
    )


def _told(error: CartApiError | IntacctError) -> str:
    """What a log may hold of an error."""
    return str(error) if isinstance(error, CartApiError) else type(error).__name__
