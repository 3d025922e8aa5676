"""What a posting on its way asks for: to be sent, or to wait a moment; see `shared.ledger.driving`.

Whoever brings a posting into the books asks by yielding and goes on with the answer, so that the
driver may send the documents of several orders in one request while each order's steps stay one
plain function.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from intacct.documents import Document, DocumentResult
from intacct.errors import IntacctError
from shared.ports import Books

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """A document that may leave; the ledger says SENT already.

    `latest` is the last moment at which it may: later its lease, or this process, could end before
    an answer comes.
    """

    books: Books
    document: Document
    control_id: str
    idempotency_key: str
    latest: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """Go on with this one after so many seconds; others may go on meanwhile."""

    seconds: float
    sleep: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Unsent:
    """The request has not left and will not: its time was over, or its company needs a rest.

    `because` is what Sage, or the way to it, said to another request of the same company.
    """

    because: IntacctError | None = None


Answer = DocumentResult | IntacctError | Unsent

Steps = Generator[Request | Pause, Answer | None, T]
"""Work that may ask on its way, and what comes of it."""


def answer_to(request: Request) -> Steps[Answer]:
    """Ask for the request to be sent; what became of it."""
    answer = yield request
    assert answer is not None, "the driver answers each request"  # noqa: S101
    return answer


def rest(seconds: float, sleep: Callable[[float], None]) -> Steps[None]:
    """Let so many seconds pass; `sleep` is called where nobody else has anything to do."""
    yield Pause(seconds, sleep)
