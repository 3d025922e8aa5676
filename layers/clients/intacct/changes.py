"""What happens to documents and masters that are there already, in neither protocol.

A change names its record by system key (REST key, XML RECORDNO) and by readable id (customer id,
document id such as `Sales Order-SO0026`): REST goes by the first, most XML functions by the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intacct.documents import CustomFields, JournalEntry, SalesLine
from intacct.masters import AttachedFile, CustomRecord, Master
from intacct.undoing import CloseSalesDocument, ReverseDocument, Reversible

__all__ = [
    "AddFiles",
    "Change",
    "CloseSalesDocument",
    "DeleteJournalEntry",
    "DeleteSalesDocument",
    "LineUpdate",
    "ReplaceJournalEntry",
    "ReverseDocument",
    "Reversible",
    "UpdateCustomRecord",
    "UpdateMaster",
    "UpdateSalesDocument",
]


@dataclass(frozen=True, slots=True)
class UpdateMaster:
    """The named fields of a master take the values that `master` holds; the others stay.

    An empty value clears its field. `fields` are names of the dataclass (`term`, `is_active`).
    """

    key: str
    master: Master
    fields: frozenset[str]

    def __post_init__(self) -> None:
        """Refuse a field that the master does not have, its id, and an update of nothing."""
        known = frozenset(self.master.__dataclass_fields__) - {"id"}
        if not self.fields or not self.fields <= known:
            unknown = ", ".join(sorted(self.fields - known)) or "nothing"
            message = f"a {type(self.master).__name__} cannot be updated in: {unknown}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class LineUpdate:
    """A line of a document takes new contents; `line_key` is the key of the line as it was read."""

    line_key: str
    line: SalesLine


@dataclass(frozen=True, slots=True)
class UpdateSalesDocument:
    """Header fields and lines of an Order Entry document change; None and empty stay as they are.

    Lines of `added` are new, those of `changed` are replaced, those of `removed` (their keys) go.
    """

    definition: str
    key: str
    id: str = ""
    due_on: date | None = None
    customer_po: str | None = None
    memo: str | None = None
    attachment: str | None = None
    added: tuple[SalesLine, ...] = ()
    changed: tuple[LineUpdate, ...] = ()
    removed: tuple[str, ...] = ()
    custom: CustomFields = ()


@dataclass(frozen=True, slots=True)
class DeleteSalesDocument:
    """An Order Entry document that nothing was converted from and nothing posted by goes."""

    definition: str
    key: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class ReplaceJournalEntry:
    """A draft journal entry takes the contents of `entry`, with all its lines.

    It stays a draft while `entry.is_draft` says so, and is posted otherwise.
    """

    key: str
    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class DeleteJournalEntry:
    """A draft journal entry goes."""

    key: str


@dataclass(frozen=True, slots=True)
class UpdateCustomRecord:
    """The custom record with that key takes the fields of `record`; an empty one is cleared."""

    key: str
    record: CustomRecord


@dataclass(frozen=True, slots=True)
class AddFiles:
    """More files go under an attachment that is there; `id` is its id, `key` its Sage key."""

    key: str
    id: str
    files: tuple[AttachedFile, ...]


Change = (
    UpdateMaster
    | UpdateSalesDocument
    | CloseSalesDocument
    | DeleteSalesDocument
    | ReverseDocument
    | ReplaceJournalEntry
    | DeleteJournalEntry
    | UpdateCustomRecord
    | AddFiles
)
