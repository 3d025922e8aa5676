"""Draft journal entries that are there: replace with all their lines, delete (REST §16.10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intacct.changes import DeleteJournalEntry, ReplaceJournalEntry
from intacct.documents import DocumentResult
from intacct.rest import journal_entries
from intacct.rest.client import RestClient
from intacct.rest.wire import Json, object_path, text

_DELETE = {"ia::operation": "delete"}
# Given when the entry is made, and not to be changed afterwards.
_FIXED = frozenset({"glJournal", "automaticReversalDate"})


def payload(
    change: ReplaceJournalEntry, line_keys: Sequence[str], *, base_currency: str = ""
) -> Json:
    """The entry with new lines in place of those of `line_keys` (REST reference §7.6).

    That a draft is posted by the state `posted` is a guess: the reference shows the state of a
    create only, so XML, whose update is documented, serves this unless a tenant says else.
    """
    said = journal_entries.payload(change.entry, base_currency=base_currency)
    changes = {name: value for name, value in said.items() if name not in _FIXED}
    removed: list[Json] = [{"key": key, **_DELETE} for key in line_keys]
    return {
        **changes,
        "state": "draft" if change.entry.is_draft else "posted",
        "lines": [*removed, *said["lines"]],
    }


def replace(
    client: RestClient,
    change: ReplaceJournalEntry,
    *,
    entity: str,
    base_currency: str,
    idempotency_key: str,
) -> DocumentResult:
    """Give the draft its new contents, and post it unless it stays a draft.

    Raises:
        RejectedError: Sage refused, or there is no entry of that key (status 404).
    """
    path = object_path(journal_entries.OBJECT, change.key)
    record = client.get(path, entity=entity).reference()
    held: list[dict[str, Any]] = record.get("lines") or []
    body = payload(change, [text(line["key"]) for line in held], base_currency=base_currency)
    answer = client.patch(path, body, entity=entity, idempotency_key=idempotency_key)
    made = answer.reference()
    return DocumentResult(key=text(made.get("key")), id=text(made.get("id")))


def delete(client: RestClient, change: DeleteJournalEntry, *, entity: str) -> DocumentResult:
    """Delete the draft; REST takes no idempotency key here, a second try answers 404 (§7.8).

    Raises:
        RejectedError: it is posted or reversed, or it is not there (status 404).
    """
    client.delete(object_path(journal_entries.OBJECT, change.key), entity=entity)
    return DocumentResult(key=change.key, state="deleted")
