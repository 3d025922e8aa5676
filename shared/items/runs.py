"""One run at one store: what it did, whom it keeps, and what people are told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from carts.adapter import CartApiError
from carts.catalogue import CatalogueClient
from commerce.catalogue import Product
from intacct.errors import IntacctError
from intacct.masters import KitPart
from shared.items.bundling import Bundling
from shared.items.findings import item_subject
from shared.items.keeping import NO_KITS, ItemKeeper, Kept, KeptAs
from shared.items.links import ItemLink, ItemLinks, StaleLinkError
from shared.polling.reports import PollOutcome, PollReport
from shared.polling.windows import OutOfTimeError
from shared.ports import Clock
from shared.postings.articles import article_of
from shared.postings.findings import Finding
from shared.reviews.records import Review, Reviews, ReviewStatus
from shared.tenants.models import Store, Tenant


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
class Run:
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


@dataclass(frozen=True, slots=True)
class RunKeeper:
    """Keeps the articles of a run, and tells people of those that cannot be decided."""

    keeper: ItemKeeper
    links: ItemLinks
    reviews: Reviews
    clock: Clock
    bundling: Bundling

    def keep(self, run: Run, product: Product, link: ItemLink | None) -> Kept:
        """Keep one article.

        Raises:
            Exception: as `ItemKeeper.keep`, of which a stale link is loaded and kept once more.
        """
        kept = self.keep_many(run, [(product, link)])
        raise_first(kept)
        return next(one for one in kept if isinstance(one, Kept))

    def keep_many(
        self,
        run: Run,
        articles: Sequence[tuple[Product, ItemLink | None]],
        is_late: Callable[[], bool] = lambda: False,
    ) -> list[Kept | Exception]:
        """Keep articles together: what came of each, in order; all that could be kept were.

        An article whose link somebody else changed in between is looked at once more. What is not
        begun because it `is_late` is an `OutOfTimeError`. Bundles come after all others, which may
        be their parts.
        """
        bundled = [self.bundling.is_asked(run.store, product) for product, _ in articles]
        plain = [each for each, is_one in zip(articles, bundled, strict=True) if not is_one]
        self.bundling.let_be(run, [product for product, _ in plain])
        kept = iter(self._keep_items(run, plain, NO_KITS, is_late) if plain else ())
        outcomes = [None if is_one else next(kept) for is_one in bundled]
        return [
            self._keep_bundle(run, *each, is_late) if outcome is None else outcome
            for each, outcome in zip(articles, outcomes, strict=True)
        ]

    def _keep_bundle(
        self, run: Run, product: Product, link: ItemLink | None, is_late: Callable[[], bool]
    ) -> Kept | Exception:
        if is_late():
            return OutOfTimeError()
        article = article_of(product.sku, product.ref.id)
        try:
            ready = self.bundling.made_ready(
                run, product, link, lambda articles: self._keep_items(run, articles, NO_KITS)
            )
        except (CartApiError, IntacctError, StaleLinkError) as error:
            return error
        if isinstance(ready, Kept):
            run.report.kept[ready.outcome] += 1
            self.review(run, article, ready.findings)
            return ready
        (kept,) = self._keep_items(run, [(product, link)], {article: ready})
        return kept

    def _keep_items(
        self,
        run: Run,
        articles: Sequence[tuple[Product, ItemLink | None]],
        kits: Mapping[str, tuple[KitPart, ...]],
        is_late: Callable[[], bool] = lambda: False,
    ) -> list[Kept | Exception]:
        tenant, store = run.tenant, run.store
        outcomes = self.keeper.keep_many(tenant, store, articles, is_late=is_late, kits=kits)
        for place, (product, _) in enumerate(articles):
            article = article_of(product.sku, product.ref.id)
            if isinstance(outcomes[place], StaleLinkError):
                newer = self.links.load(tenant.id, store.id, article)
                again = [(product, newer)]
                (outcomes[place],) = self.keeper.keep_many(tenant, store, again, kits=kits)
            kept = outcomes[place]
            if isinstance(kept, Kept):
                run.report.kept[kept.outcome] += 1
                self.review(run, article, kept.findings)
        return outcomes

    def review(self, run: Run, article: str, findings: Sequence[Finding]) -> None:
        """Keep what is wrong with an article."""
        self.note(run, item_subject(run.store.id, article), findings)

    def note(self, run: Run, subject: str, findings: Sequence[Finding]) -> None:
        """Keep what is wrong now; what was wrong at the beginning of the run and is not, closes."""
        now = self.clock()
        if findings:
            self.reviews.open(run.tenant.id, subject, list(findings), at=now)
        elif subject in run.open_subjects:
            self.reviews.close(run.tenant.id, subject, at=now)


def raise_first(outcomes: Iterable[Kept | Exception]) -> None:
    """Raise the first exception among what came of articles; nothing where all were kept."""
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


def open_subjects(store: Store, reviews: Iterable[Review]) -> frozenset[str]:
    """The review records of the store's articles and products that are open now."""
    begins = (
        item_subject(store.id, ""),
        product_subject(store.id, ""),
        items_subject(store.id),
    )
    return frozenset(
        review.subject
        for review in reviews
        if review.status is ReviewStatus.OPEN and review.subject.startswith(begins)
    )


def items_subject(store: str) -> str:
    """The subject of what all items of a store have in common: `items:<store>`."""
    return f"items:{store}"


def product_subject(store: str, product_id: str) -> str:
    """The subject of a product that cannot be read: `product:<store>:<product>`."""
    return f"product:{store}:{product_id}"


def poll_report(report: ItemReport) -> PollReport:
    """The report as every poller gives it."""
    return PollReport(
        report.tenant,
        report.store,
        report.outcome,
        hints=sum(report.kept.values()),
        detail=report.detail,
    )
