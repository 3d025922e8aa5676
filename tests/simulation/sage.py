"""The way of one process to a company at Sage: `shared.ports.BatchBooks` and the token endpoint.

What may happen on the way happens here: refusals unread, lost requests, lost answers, requests that
land late or in part. The clients' own translation and error tables are proved elsewhere
(tests/contract); here their place is taken by `sage_documents`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from intacct.documents import Contact, Customer, Document, DocumentResult
from intacct.errors import (
    CredentialsError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
)
from intacct.rest.auth import TokenSource
from intacct.undoing import CloseSalesDocument
from shared.ledger.run import mark_of
from shared.ports import Found
from tests.simulation.company import Company
from tests.simulation.faults import Fault
from tests.simulation.sage_documents import TABLES
from tests.simulation.scheduler import KilledError
from tests.simulation.wire import Wire

HTTP_TIMEOUT = 40.0
_STALE_SECONDS = 4.0
_STALE_UNIQUE_SECONDS = 300.0


def staleness_of(company: Company, document: Document) -> float:
    """How old a look-up's view may be: without bound it is survived only by unique numbers."""
    return _STALE_UNIQUE_SECONDS if company.is_unique(document) else _STALE_SECONDS


class SageBooks:
    """One process's way to a company's books: `shared.ports.BatchBooks`, with faults."""

    def __init__(
        self,
        wire: Wire,
        company: Company,
        tokens: TokenSource,
        call: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`call` surrounds each request to Sage: it may hold it back, and counts it."""
        self._wire = wire
        self._company = company
        self._tokens = tokens
        self._call = call

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        """Post one document."""
        with self._call():
            return self._post(document, control_id, idempotency_key)

    def request_of(self, document: Document) -> str:
        """Documents of one table travel together, as the rows of a REST request do."""
        if isinstance(document, CloseSalesDocument):
            return type(document).__name__
        return TABLES[type(document)][0]

    def create_many(
        self,
        documents: Sequence[Document],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> list[DocumentResult | IntacctError]:
        """Post several documents in one request: all rows have its fate, and each its own answer.

        Where the request breaks off, those that had been worked off are in the books.
        """
        try:
            with self._call():
                return self._post_many(documents, control_ids, idempotency_keys)
        except IntacctError as error:
            return [error] * len(documents)

    def _post_many(
        self, documents: Sequence[Document], control_ids: Sequence[str], keys: Sequence[str]
    ) -> list[DocumentResult | IntacctError]:
        token = self._tokens.current()
        for control_id, document in zip(control_ids, documents, strict=True):
            self._company.on_send(control_id, document)
        about = f"{len(documents)} rows from {mark_of(documents[0])}"
        kind = self._request("sage.batch", about)
        if kind is Fault.LANDS_LATE:
            for document in documents:
                self._company.land_late(document)
            self._wait_in_vain()
        self._company.meddle(kind)
        self._insist_on_token(token)
        most = len(documents)
        if kind is Fault.PARTIAL:
            most = int(self._wire.faults.dice.random() * most)
        rows = list(zip(documents, keys, strict=True))[:most]
        answers = [self._committed(document, key) for document, key in rows]
        self._answer(kind)
        return answers

    def _post(self, document: Document, control_id: str, idempotency_key: str) -> DocumentResult:
        token = self._tokens.current()
        self._company.on_send(control_id, document)
        kind = self._request("sage.create", mark_of(document))
        if kind is Fault.LANDS_LATE:
            self._company.land_late(document)
            self._wait_in_vain()
        self._company.meddle(kind)
        self._insist_on_token(token)
        result = self._company.commit(document, idempotency_key)
        self._answer(kind)
        return result

    def _committed(self, document: Document, key: str) -> DocumentResult | IntacctError:
        try:
            return self._company.commit(document, key)
        except IntacctError as error:
            return error

    def find(self, document: Document) -> Sequence[Found]:
        """Look a document up by our mark."""
        with self._call():
            return self._find(document)

    def _find(self, document: Document) -> Sequence[Found]:
        token = self._tokens.current()
        kind = self._request("sage.find", mark_of(document))
        self._insist_on_token(token)
        stale = staleness_of(self._company, document) if kind is Fault.STALE_READ else 0.0
        found = self._company.found(document, stale_seconds=stale)
        self._answer(kind)
        return found

    def find_customers(self, *, email: str = "", customer_id: str = "") -> Sequence[Customer]:
        """Not asked for by the use cases under test."""
        raise NotImplementedError

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        """Not asked for by the use cases under test."""
        raise NotImplementedError

    def _request(self, boundary: str, about: str) -> Fault | None:
        kind = self._wire.strike(boundary, about)
        self._wire.latency(1.0)
        now = self._wire.scheduler.now
        if kind is Fault.RATE_LIMITED:
            self._company.storm_until = now + self._wire.faults.dice.random() * 120.0
        if now < self._company.storm_until or kind is Fault.RATE_LIMITED:
            message = "too many requests"
            raise RateLimitedError(message, retry_after_seconds=5.0)
        if kind is Fault.UNAVAILABLE:
            message = "please try again later"
            raise NotSentError(message)
        if kind is Fault.REQUEST_LOST:
            self._wait_in_vain()
        if kind is Fault.TOKEN_DEAD:
            self._company.revoke()
        return kind

    def _insist_on_token(self, token: str) -> None:
        """What `intacct.rest.auth.BearerAuth` does: once more with a newer token."""
        for _ in range(2):
            company = self._company
            if token == company.token and self._wire.scheduler.now < company.token_until:
                return
            self._wire.story.tell("token refused")
            token = self._tokens.renewed(rejected=token)
        if token != self._company.token:
            message = "the new token was refused as well"
            raise CredentialsError(message)

    def _answer(self, kind: Fault | None) -> None:
        if kind is Fault.CRASH_AFTER:
            raise KilledError
        if kind in (Fault.ANSWER_LOST, Fault.PARTIAL):
            self._wait_in_vain()

    def _wait_in_vain(self) -> None:
        self._wire.scheduler.sleep(HTTP_TIMEOUT)
        message = "no answer came"
        raise OutcomeUnknownError(message)
