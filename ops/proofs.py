"""Where an operator finds proof statements: the proof book of the deployment."""

from __future__ import annotations

from datetime import date

from ops.desk import Desk
from ops.errors import OpsError
from shared.reconciliation.book import Link
from shared.reconciliation.chain import digest
from shared.reconciliation.statement import Statement, decode
from shared.reconciliation.store import DynamoDbProofBook


def proof_book(desk: Desk) -> DynamoDbProofBook:
    """The proof book of the deployment.

    Raises:
        OpsError: the deployment has none.
    """
    place = desk.place
    return DynamoDbProofBook(
        place.client("dynamodb"),
        place.output("OrdersTableName"),
        place.client("s3"),
        place.output("ProofsBucketName"),
    )


def chosen_link(
    book: DynamoDbProofBook, tenant: str, entity: str, *, on: date | None, sequence: int
) -> Link:
    """The statement of that number, the newest of that day, or the newest of all.

    Raises:
        OpsError: there is none.
    """
    found = [
        link
        for link in book.links(tenant, entity)
        if (on is None or link.on == on) and sequence in (0, link.sequence)
    ]
    if not found:
        message = (
            f"entity {entity} of tenant {tenant} has no such statement; `proof list` lists all"
        )
        raise OpsError(message)
    return found[-1]


def stored_file(book: DynamoDbProofBook, link: Link, ending: str) -> bytes:
    """A file of a statement, as it was sealed.

    Raises:
        OpsError: it is not there, or not as it was sealed.
    """
    body = book.file(link, ending)
    if body is None or digest(body) != dict(link.files)[ending]:
        message = f"the {ending} file of statement {link.sequence} is not as it was sealed: verify"
        raise OpsError(message)
    return body


def statement_of(book: DynamoDbProofBook, link: Link) -> Statement:
    """The statement behind a link.

    Raises:
        OpsError: it is not there, or not as it was sealed.
    """
    return decode(stored_file(book, link, "json"))
