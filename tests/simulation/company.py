"""One tenant's company at Sage Intacct: its books, and what Sage and its people do by themselves.

The books are `local.intacct_simulator.books`; this module adds tokens and their secret, refusals,
late requests, lagging look-ups, the memory for idempotency keys, and unique numbers where the
company has them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from intacct.documents import Customer, Document, DocumentResult
from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    PeriodClosedError,
    RejectedError,
)
from intacct.reading import ReportingPeriod
from intacct.rest.auth import Token
from intacct.undoing import CloseSalesDocument
from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.errors import BusinessError, Kind
from local.intacct_simulator.clock import Clock
from local.intacct_simulator.company import Company as SimulatedCompany
from shared.ledger.run import mark_of
from shared.ports import Found
from shared.postings.plan import PostingKind
from tests.simulation.consents import Consent
from tests.simulation.faults import Fault
from tests.simulation.sage_documents import (
    TABLES,
    fields_of,
    found_of,
    mark_field,
    marks_of,
    result_of,
)
from tests.simulation.scheduler import START
from tests.simulation.site import UNIQUE_AT_SITES, UNIQUE_KINDS_AT_SITES, Site
from tests.simulation.violations import ViolationError
from tests.simulation.weather import Weather
from tests.simulation.wire import Wire

ENTITY = "100"
TOKEN_SECONDS = 3600.0
LATEST_LANDING_SECONDS = 900.0
"""How late a request may land where nothing but the settle window protects (reliability A4)."""
LATEST_UNIQUE_SECONDS = 1500.0
"""How late it may land where Sage refuses a second document of the same number.

Not where nobody repeats it any more: there the settle window is all that protects.
"""

_MEDDLING = (Fault.PERIOD_CLOSED, Fault.SECRET_REVOKED)
_LAST_DAY = date(2026, 3, 31)
_MOST_REFUSED_LOGINS = 40
"""How often the fleet may try a revoked secret until somebody replaces it: a few times an hour."""


class Company:
    """One tenant's company at Sage."""

    def __init__(
        self,
        tenant: str,
        wire: Wire,
        dice: random.Random,
        weather: Weather,
        *,
        on_violation: Callable[[ViolationError], None],
        on_send: Callable[[str, Document], None],
    ) -> None:
        """`on_send` is told the control id and document of every request that leaves for Sage."""
        scheduler = wire.scheduler
        self.tenant = tenant
        self.hard_unique = _drawn_kinds(dice, weather)
        remembers = dice.random() < 0.5
        self.remembers_keys = remembers if weather.remembers is None else weather.remembers
        self.lag = dice.choice((0.0, 0.0, 1.0, 4.0))
        self.takes_batches = dice.random() < 0.7
        self._known: Counter[tuple[str, str]] = Counter()
        clock = Clock(wall=lambda: START.timestamp() + scheduler.now)
        self.site: Site | None = None
        if weather.way.is_http:
            self.hard_unique &= UNIQUE_AT_SITES
            self.site = Site(
                tenant, clock, _seed(), dice, lag=self.lag, remembers_keys=self.remembers_keys
            )
            self.books = self.site.company.books
            self._known.update(marks_of(self.books))
        else:
            self.books = Books(clock)
            self.books.store.restore(_seed())
        self.secret = self.stored_secret = f"client-secret-{tenant}-1"
        self.refused_logins = 0
        self.consent = Consent(wire, tenant, dice)
        self.renamed: dict[tuple[str, str], str] = {}
        self.storm_until = 0.0
        self._left_at: dict[str, list[float]] = {}
        self.token = ""
        self.token_until = 0.0
        self.logins = 0
        self.at_once: Counter[str] = Counter()
        self.deaths = 0
        self.is_published: Callable[[str], bool] = lambda _token: False
        self.is_repeated: Callable[[str], bool] = lambda _mark: True
        self.marks: Counter[tuple[str, str]] = Counter()
        self.closings: set[str] = set()
        self._wire = wire
        self.on_send = on_send
        self._on_violation = on_violation
        self._visible_at: dict[tuple[str, int], float] = {}
        self._memory: dict[str, DocumentResult | RejectedError] = {}

    @property
    def unique_kinds(self) -> tuple[str, ...]:
        """The kinds of posting whose numbers a set-up check would have found to be unique."""
        if not self.hard_unique:
            return ()
        return tuple(PostingKind if self.site is None else UNIQUE_KINDS_AT_SITES)

    def now(self) -> float:
        """Seconds since the start."""
        return self._wire.scheduler.now

    def is_unique(self, document: Document) -> bool:
        """Whether Sage refuses a second document of the same number."""
        if isinstance(document, CloseSalesDocument):
            return False
        return isinstance(document, Customer) or TABLES[type(document)][0] in self.hard_unique

    def commit(self, document: Document, idempotency_key: str) -> DocumentResult:
        """What Sage does with a request that reached it.

        Raises:
            RejectedError: it refuses, or repeats a refusal it remembers.
        """
        known = self._memory.get(idempotency_key) if self.remembers_keys else None
        if isinstance(known, DocumentResult):
            return known
        if known is not None:
            raise type(known)(str(known), is_replay=True)
        try:
            result = self.land(document)
        except RejectedError as error:
            self._memory[idempotency_key] = error
            raise
        self._memory[idempotency_key] = result
        return result

    def land(self, document: Document, *, is_seen_at_once: bool = False) -> DocumentResult:
        """Bring the document into the books, whoever waits for it or not.

        `is_seen_at_once`: no look-up lags behind this one.

        Raises:
            RejectedError: the books refuse it.
        """
        if isinstance(document, CloseSalesDocument):
            return self._closed(document)
        table, mark = TABLES[type(document)][0], mark_of(document)
        if self.is_unique(document) and self.marks[table, mark]:
            message = "this number is taken"
            raise DuplicateDocumentError(message)
        try:
            record = self.books.create(table, fields_of(document, self.books), entity=ENTITY)
        except BusinessError as error:
            raise _refusal(error) from error
        seen_at = float("-inf") if is_seen_at_once else self._wire.scheduler.now + self.lag
        self._visible_at[table, record["key"]] = seen_at
        self._entered(table, mark)
        return result_of(record)

    def _entered(self, table: str, mark: str, times: int = 1) -> None:
        """A document of that mark came into the books."""
        self.marks[table, mark] += times
        self._wire.story.tell(f"books of {self.tenant}: {table} {mark}")
        if self.marks[table, mark] > 1:
            message = f"I1: {self.tenant}: {table} {mark} is in the books twice"
            self._on_violation(ViolationError(message))

    def _closed(self, document: CloseSalesDocument) -> DocumentResult:
        """The sales order, from which nothing more is converted; closing it twice is as once."""
        record = self.books.store.change("sales_document", int(document.key), state="closed")
        self.closings.add(document.reference)
        self._wire.story.tell(f"books of {self.tenant}: {document.reference} closes a sales order")
        return result_of(record)

    def land_late(self, document: Document) -> None:
        """Have the document land some time later, unasked.

        Beyond what reliability A4 assumes, only a unique number protects, and only what is
        repeated: so nothing else lands then, and no look-up lags behind it.
        """
        most = LATEST_UNIQUE_SECONDS if self.is_unique(document) else LATEST_LANDING_SECONDS
        mark = mark_of(document)

        def arrive(delay: float) -> None:
            is_beyond_the_bound = delay > LATEST_LANDING_SECONDS
            if is_beyond_the_bound and not self.is_repeated(mark):
                self._wire.story.tell(f"late {mark} never lands")
                return
            try:
                self.land(document, is_seen_at_once=is_beyond_the_bound)
            except RejectedError as error:
                self._wire.story.tell(f"late {mark} refused: {error}")

        self.late([mark], arrive, most=most)

    def late(
        self,
        marks: Sequence[str],
        arrive: Callable[[float], object],
        *,
        most: float = LATEST_LANDING_SECONDS,
    ) -> None:
        """Have what carries these marks arrive after at most so many seconds; it is told them."""
        delay = self._wire.faults.dice.random() * self._wire.faults.dice.choice((130.0, most, most))
        left_at = self.now()
        for mark in marks:
            self._left_at.setdefault(mark, []).append(left_at)

        def land() -> None:
            for mark in marks:
                self._left_at[mark].remove(left_at)
            arrive(delay)

        self._wire.scheduler.at(left_at + delay, land)

    def note_what_is_new(self, closings: Sequence[CloseSalesDocument]) -> None:
        """Note the documents that a request brought into the books, and what it may have closed."""
        now = Counter(marks_of(self.books))
        for (table, mark), count in (now - self._known).items():
            self._entered(table, mark, count)
        self._known = now
        for closing in closings:
            record = self.books.get("sales_document", int(closing.key))
            if record is not None and record["state"] == "closed":
                self.closings.add(closing.reference)

    def may_land(self, mark: str) -> bool:
        """Whether a request of this mark is on its way that may land though nobody repeats it."""
        earliest = self.now() - LATEST_LANDING_SECONDS
        return any(left_at >= earliest for left_at in self._left_at.get(mark, ()))

    def found(self, document: Document, *, stale_seconds: float = 0.0) -> list[Found]:
        """What a look-up by our mark shows at this moment; of a closing, whether it took place."""
        if isinstance(document, CloseSalesDocument):
            record = self.books.get("sales_document", int(document.key))
            is_closed = record is not None and record["state"] == "closed"
            return [Found(result_of(record), document.reference)] if record and is_closed else []
        table, field = TABLES[type(document)]
        shown_until = self._wire.scheduler.now - stale_seconds
        return [
            found_of(document, record, self.books)
            for record in self.books.find(table, **{field: mark_of(document)})
            if self._visible_at.get((table, record["key"]), 0.0) <= shown_until
        ]

    def login(self, secret: str, spend: Callable[[], str]) -> Token:
        """A new token; it ends the one before (REST reference §3.4). `spend` may add the next key.

        Raises:
            CredentialsError: the secret was revoked.
        """
        now = self._wire.scheduler.now
        if secret != self.secret:
            self.refuse_login()
            message = "invalid_client"
            raise CredentialsError(message)
        following = spend()
        is_young = self.token_until - now > TOKEN_SECONDS / 2
        if is_young and self.token and self.is_published(self.token):
            self.needless(f"I10: {self.tenant} signs in although everybody has a good token")
        self.logins += 1
        self.token = f"token-{self.tenant}-{self.logins}"
        self.token_until = now + TOKEN_SECONDS
        expires_at = self._wire.scheduler.instant() + timedelta(seconds=TOKEN_SECONDS)
        return Token(self.token, expires_at, following)

    def refuse_login(self) -> None:
        """Count a login with a secret that was revoked."""
        self.refused_logins += 1
        if self.refused_logins > _MOST_REFUSED_LOGINS:
            message = f"I10: {self.tenant} tries a revoked secret again and again"
            self._on_violation(ViolationError(message))

    def report(self, message: str) -> None:
        """Report what must never happen."""
        self._on_violation(ViolationError(message))

    def needless(self, message: str) -> None:
        """Report a login that a process should not have made, unless it slept through its lease.

        Nor where clocks differ: by them a lease may be over while its holder still signs in.
        """
        if not self._wire.was_delayed() and not self._wire.largest_skew:
            self._on_violation(ViolationError(message))

    def meddle(self, kind: Fault | None) -> None:
        """Its people close the month, or revoke the secret, at this very moment."""
        hours = self._wire.faults.dice.random() * 7200.0 if kind in _MEDDLING else 0.0
        if kind is Fault.PERIOD_CLOSED:
            self.close_period(600.0 + hours)
        if kind is Fault.SECRET_REVOKED:
            self.revoke_secret(600.0 + hours)

    def revoke(self) -> None:
        """End the token before its time."""
        if self.site is not None:
            self.site.end_sessions()
        if self.token:
            self.deaths += 1
            self.token = ""

    def revoke_secret(self, seconds: float) -> None:
        """End the secret and its token; somebody puts the new one in place after a while."""
        self.secret = f"{self.secret[:-1]}{int(self.secret[-1]) % 9 + 1}"
        self.refused_logins = 0
        self.revoke()
        self._wire.story.tell(f"the secret of {self.tenant} is revoked")
        self._wire.scheduler.at(self._wire.scheduler.now + seconds, self.replace_secret)

    def replace_secret(self) -> None:
        """Have the newest secret where the fleet looks for it."""
        if self.stored_secret != self.secret:
            self.stored_secret = self.secret
            self._wire.story.tell(f"the secret of {self.tenant} is replaced")

    def rename(self, table: str, mark: str) -> None:
        """A person at the company changes the number of a document that we know to be there.

        What is no document of its own, as the closing of an order, has no number to change.
        """
        if table not in dict(TABLES.values()):
            return
        rows = self.books.select(table, private=True)
        known = [row for row in rows if row.get(mark_field(table, row)) == mark]
        if not known or (table, mark) in self.renamed:
            return
        changed = {mark_field(table, known[0]): f"{mark}-X"}
        self.books.store.change(table, known[0]["key"], **changed)
        self.renamed[table, mark] = f"{mark}-X"
        self._known = Counter(marks_of(self.books))
        self._wire.story.tell(f"somebody at {self.tenant} renames {table} {mark}")

    def close_period(self, seconds: float) -> None:
        """Close March for a while; somebody at the company opens it again."""
        self.books.periods.close(ENTITY, _LAST_DAY)
        self._wire.scheduler.at(self._wire.scheduler.now + seconds, self.open_period)

    def periods(self) -> list[ReportingPeriod]:
        """The reporting periods as Sage tells them: their days, and not whether they are open."""
        rows = self.books.store.rows("reporting_period")
        told = (
            ReportingPeriod(
                str(row["key"]), row["id"], row["start_date"], row["end_date"], is_active=True
            )
            for row in rows
        )
        return sorted(told, key=lambda one: (one.ends_on - one.starts_on, one.starts_on))

    def open_period(self) -> None:
        """Let March be posted to again."""
        self.books.periods.reopen(ENTITY, None)


@cache
def _seed() -> dict[str, Any]:
    books = SimulatedCompany().books
    books.create("customer", {"id": "WEB", "name": "Web channel"})
    return books.store.snapshot()


def _drawn_kinds(dice: random.Random, weather: Weather) -> frozenset[str]:
    """All tables or none: what a set-up check of the company would have proved."""
    tables = [table for table, _ in TABLES.values()]
    is_unique = dice.random() < 0.5 if weather.unique is None else weather.unique
    return frozenset(tables) if is_unique else frozenset()


def _refusal(error: BusinessError) -> RejectedError:
    if error.kind is Kind.DUPLICATE:
        return DuplicateDocumentError(error.text)
    if error.error_id == "GL-0912":
        return PeriodClosedError(error.text)
    return RejectedError(error.text)
