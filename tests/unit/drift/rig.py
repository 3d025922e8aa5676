"""A company whose documents people change in Sage behind our back, and the look for drift."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from intacct.errors import PermissionDeniedError
from intacct.reading import Kept
from shared.changes.ports import Change, Gone, How
from shared.changes.reading import change_of
from shared.drift.deciding import Decider
from shared.drift.handler import DriftHandler
from shared.drift.looking import DocumentLooker
from shared.drift.noticing import DriftKeeper, Noticed
from shared.drift.proving import ProofFindings
from shared.drift.records import Drift, DriftStatus, accepted
from shared.drift.subjects import Subjects
from shared.facts.record import FactsStatus, UndoRequest, order_pk
from shared.ledger.records import Record, State
from shared.posting.reports import PostingReport
from shared.postings.plan import PostingKind
from shared.reconciliation.chains import kind_of
from shared.reconciliation.documents import MARKED_AS
from shared.reconciliation.prove import Prover
from tests.unit.drift.memory import MemoryDocumentIndex, MemoryDrifts
from tests.unit.reconciliation.world import TENANT, World

SOMEBODY = 99
"""The key of a user that is not ours."""

TABLES = {
    PostingKind.SALES_ORDER: "sales_document",
    PostingKind.INVOICE: "sales_document",
    PostingKind.ADVANCE: "ar_advance",
    PostingKind.PAYMENT: "ar_payment",
    PostingKind.ADVANCE_APPLICATION: "ar_payment",
    PostingKind.CREDIT_MEMO: "ar_adjustment",
    PostingKind.CUSTOMER_REFUND: "customer_refund",
    PostingKind.JOURNAL_ENTRY: "journal_entry",
    PostingKind.GL_BATCH: "journal_entry",
}
DATES = {
    "sales_document": "txn_date",
    "ar_advance": "receipt_date",
    "ar_payment": "receipt_date",
    "ar_adjustment": "adjustment_date",
    "journal_entry": "posting_date",
}


class Rig(World):
    """The world with the look for drift, fed as the poller feeds it."""

    def __init__(self) -> None:
        super().__init__()
        self.drifts, self.told = MemoryDrifts(), list[Noticed]()
        self.index = MemoryDocumentIndex(self.ledger)
        self.is_allowed = True
        parts = self.prover._parts  # the same parts as the proof's
        looker = DocumentLooker(
            self.ledger, self.index, Subjects(parts.refresh), lambda _t, _e: self._reads()
        )
        keeper = DriftKeeper(self.drifts, self.reviews, self.clock)
        findings = ProofFindings(self.drifts, keeper)
        self.prover = Prover(
            replace(parts, accepted_of=lambda _: self.accepts(), on_read=findings.keep)
        )
        self.handler = DriftHandler(
            self.index, looker, self.drifts, keeper, lambda _, noticed: self.told.append(noticed)
        )

    def _reads(self) -> Any:
        if not self.is_allowed:
            message = "the role does not cover the object"
            raise PermissionDeniedError(message)
        return self.reads

    def posted(self, kind: PostingKind) -> Record:
        """The first posting of a kind that is in the books."""
        return next(
            record
            for (_, key), record in sorted(self.ledger.records.items())
            if kind_of(key) is kind and record.state is State.DONE
        )

    def row(self, record: Record) -> tuple[str, Any]:
        """The table and the record of a posting's document in the simulator's books."""
        kind = kind_of(record.key)
        assert kind is not None
        assert record.result is not None
        table = TABLES[kind]
        row = self.company.books.store.get(table, int(record.result.key))
        assert row is not None
        return table, row

    def edit(self, record: Record, **fields: Any) -> None:
        """Change a document's head as a person does in Sage's own pages, minutes later."""
        self.company.clock.advance(600)
        table, row = self.row(record)
        stamp = {"modified_at": self.company.clock.stamp(), "modified_by": SOMEBODY}
        self.company.books.store.change(table, row["key"], **fields, **stamp)

    def lines(self, record: Record) -> list[Any]:
        """The posted ledger lines behind a document."""
        table, row = self.row(record)
        store = self.company.books.store
        return list(store.find("gl_detail", origin_key=row["key"], origin_object=table))

    def edit_lines(self, record: Record, **fields: Any) -> None:
        """Change every posted line of a document."""
        for line in self.lines(record):
            self.company.books.store.change("gl_detail", line["key"], **fields)

    def edit_amount(self, record: Record, more: str = "1.00") -> None:
        """Another amount: the head's total, and the first lines of either side by the same."""
        _, row = self.row(record)
        self.edit(record, **({"total": row["total"] + Decimal(more)} if row.get("total") else {}))
        for is_debit in (True, False):
            for line in self.lines(record):
                if (line["amount"] > 0) is is_debit:
                    step = Decimal(more) if is_debit else -Decimal(more)
                    amounts = {name: line[name] + step for name in ("amount", "txn_amount")}
                    self.company.books.store.change("gl_detail", line["key"], **amounts)
                    break

    def edit_date(self, record: Record, on: date) -> None:
        """Another date, of the document and of its lines."""
        table, _ = self.row(record)
        self.edit(record, **{DATES[table]: on})
        self.edit_lines(record, entry_date=on)

    def edit_account(self, record: Record, to: str = "7900") -> str:
        """Another account on the first line; the account that it was on."""
        store = self.company.books.store
        other = store.first("account", id=to)
        assert other is not None
        line = self.lines(record)[0]
        was = store.get("account", line["account"])
        assert was is not None
        store.change("gl_detail", line["key"], account=other["key"])
        self.edit(record)
        return str(was["id"])

    def delete(self, record: Record) -> None:
        """Take a document out of Sage, with its lines."""
        self.company.clock.advance(600)
        table, row = self.row(record)
        for line in self.lines(record):
            self.company.books.store.remove("gl_detail", line["key"])
        books = self.company.books
        books.store.remove(table, row["key"])
        books._desk.note(table, row, "delete", books.actor(entity="100", user=""))

    def kept(self, record: Record) -> Kept:
        """The kind that the poller reads the posting's document as."""
        kind = kind_of(record.key)
        assert kind is not None
        return Kept(MARKED_AS[kind].value)

    def poll(self, *records: Record) -> None:
        """Tell of documents as they stand, as the poller does each cycle."""
        for record in records:
            assert record.result is not None
            found = self.reads.standings(self.kept(record), [record.result.key])
            self.hear([change_of(standing) for standing in found])

    def hear(self, changes: Iterable[Change]) -> None:
        """Tell of changes."""
        self.handler.changed(self.tenant, "100", list(changes))

    def tell_gone(self, record: Record, how: How = How.ABSENT, by: str = "") -> None:
        """Tell that a document is gone, as the comparison of keys does."""
        assert record.result is not None
        told = Gone(
            kind=self.kept(record),
            key=record.result.key,
            how=how,
            reference=record.document_number,
            deleted_at=self.clock() if how is How.AUDITED else None,
            deleted_by=by,
        )
        self.handler.gone(self.tenant, "100", [told])

    def decide(self, record: Record, status: DriftStatus) -> Drift:
        """Decide as ada."""
        drift = self.drifts.load(TENANT, record.key)
        assert drift is not None
        decider = Decider(self.drifts, self.reviews, self.clock)
        return decider.decide(drift, status, by="ada", why="the auditor asked for it")

    def undo(self, order_id: str, request: UndoRequest | None = None) -> PostingReport:
        """Undo an order as `ops order undo --apply` does."""
        record = self.facts.load(order_pk(TENANT, "shop", order_id))
        assert record is not None
        undo = request or UndoRequest("ada")
        self.facts.save(replace(record, status=FactsStatus.UNDOING, undo=undo))
        return self.post(order_id)

    def reverse(self, record: Record) -> None:
        """Reverse a document as a person does, with all that Sage makes of it."""
        self.company.clock.advance(600)
        table, row = self.row(record)
        on = row[DATES[table]]
        fields = {"reversal_date": on, "date": on}
        self.company.books.act(table, row["key"], "reverse", fields, entity="100")

    def take_out(self, record: Record) -> None:
        """Reverse a document and remove it, as if it had never been: nothing of it is left."""
        table, row = self.row(record)
        store = self.company.books.store
        before = {line["key"] for line in store.rows("gl_detail")}
        own = [line["key"] for line in self.lines(record)]
        self.reverse(record)
        made = [line["key"] for line in list(store.rows("gl_detail")) if line["key"] not in before]
        for key in (*own, *made):
            store.remove("gl_detail", key)
        store.remove(table, row["key"])

    @property
    def found(self) -> list[Drift]:
        """Every drift record."""
        return list(self.drifts.all(TENANT))

    def open_reviews(self) -> list[str]:
        """The subjects of open review records."""
        return [one.subject for one in self.reviews.all(TENANT) if one.status.value == "open"]

    def accepts(self) -> Any:
        """What the proof takes for right."""
        return accepted(self.drifts, TENANT)
