"""The demo's day proved: what is equal, what is open, and a cent that somebody entered by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console

from intacct.rest.auth import TokenEndpoint
from intacct.transport import allowed_transport, http_client
from local.demo import show
from local.demo.checks import Checks
from local.demo.memory import Memory
from local.demo.tenant import ENTITY, TENANT
from local.stack import LocalStack
from shared.reconciliation.book import Link
from shared.reconciliation.chain import ENDINGS, verify
from shared.reconciliation.differences import Cause
from shared.reconciliation.statement import Statement, decode
from shared.reconciliation.store import DynamoDbProofBook

_DAY = "2026-03-02"
_CLEARING = "1100"
_CENT = Decimal("0.01")


def prove_the_day(console: Console, stack: LocalStack, memory: Memory, checks: Checks) -> Path:
    """Prove the demo's day, plant a cent in Sage, prove it again; the folder of the statements."""
    book = DynamoDbProofBook(
        stack.client("dynamodb"),
        stack.outputs["OrdersTableName"],
        stack.client("s3"),
        stack.outputs["ProofsBucketName"],
    )
    first = _proved(memory, book)
    held = {one.subject for one in first.differences}
    off = sum((one.proved_amount - one.wanted_amount for one in _kinds(first)), Decimal(0))
    checks.equal(f"the proof of {_DAY}: documents in Sage less those by the cart", off, Decimal(0))
    is_named = all(one.cause is Cause.HELD for one in first.differences)
    checks.true("... and only the order that is held is open", is_named, ", ".join(sorted(held)))
    _enter_a_cent(stack)
    second = _proved(memory, book)
    planted = [
        (one.cause.value, one.account, f"{one.amount}")
        for one in second.differences
        if one.subject not in held
    ]
    expected = [(Cause.BY_OTHERS.value, _CLEARING, f"{_CENT}")]
    checks.equal("a cent that somebody entered by hand is named", planted, expected)
    verified = verify(book, TENANT, ENTITY)
    checks.equal("no stored statement was changed", verified.breaches, ())
    _show(console, second)
    links = list(book.links(TENANT, ENTITY))
    return _written(stack, book, links)


def _proved(memory: Memory, book: DynamoDbProofBook) -> Statement:
    event = {"tenant": TENANT, "entity": ENTITY, "date": _DAY, "again": True}
    memory.invoke("ReconciliationFunctionName", event)
    link = book.latest(TENANT, ENTITY)
    body = book.file(link, "json") if link is not None else None
    assert body is not None, "what was proved has a statement"  # noqa: S101
    return decode(body)


def _kinds(statement: Statement) -> list[Any]:
    return [kind for store in statement.stores for kind in store.kinds]


def _enter_a_cent(stack: LocalStack) -> None:
    """Post a journal entry as a bookkeeper would, past the product."""
    sage = stack.simulator
    with http_client(allowed_transport(sage.rest_base_url)) as client:
        endpoint = TokenEndpoint(
            client,
            sage.oauth_url,
            client_id=sage.client_id,
            client_secret=sage.client_secret,
            clock=lambda: datetime.now(UTC),
        )
        token = endpoint.client_credentials(sage.username).access_token
        lines = [
            {
                "txnType": side,
                "txnAmount": f"{_CENT}",
                "glAccount": {"id": account},
                "dimensions": {"location": {"id": ENTITY}},
            }
            for side, account in (("debit", _CLEARING), ("credit", "7900"))
        ]
        entry = {
            "glJournal": {"id": "GJ"},
            "postingDate": _DAY,
            "description": "by hand",
            "referenceNumber": "BY-HAND",
            "lines": lines,
        }
        client.post(
            f"{sage.rest_base_url}/objects/general-ledger/journal-entry",
            json=entry,
            headers={"Authorization": f"Bearer {token}", "X-IA-API-Param-Entity": ENTITY},
        ).raise_for_status()


def _written(stack: LocalStack, book: DynamoDbProofBook, links: list[Link]) -> Path:
    """The files of all statements, in a folder beside the logs."""
    folder = Path(stack.logs_dir).parent / "proofs"
    folder.mkdir(parents=True, exist_ok=True)
    for link in links:
        for ending in ENDINGS:
            body = book.file(link, ending)
            if body is not None:
                name = f"proof-{link.entity}-{link.on.isoformat()}-{link.sequence}.{ending}"
                (folder / name).write_bytes(body)
    return folder


def _show(console: Console, statement: Statement) -> None:
    rows: list[show.Row] = [
        (kind.kind, f"{kind.wanted_amount:,.2f}", f"{kind.posted_amount:,.2f}",
         f"{kind.proved_amount:,.2f}")
        for kind in _kinds(statement)
    ]  # fmt: skip
    show.table(console, f"Proof of {_DAY}", ("documents", "cart $", "books $", "Sage $"), rows)
    found: list[show.Row] = [
        (one.subject, one.cause.value, one.text, f"{one.amount}") for one in statement.differences
    ]
    show.table(console, "... and what is open", ("whose", "cause", "found", "amount $"), found)
