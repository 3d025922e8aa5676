"""Attachments and their folders (REST reference §16.13).

No limit of size is documented (U9); ours keeps a request within what an answer of theirs may be.
"""

from __future__ import annotations

import base64

from intacct.documents import DocumentResult
from intacct.errors import DuplicateDocumentError, RejectedError, SageFinding
from intacct.masters import AttachedFile, Attachment, Folder
from intacct.rest.client import RestClient
from intacct.rest.query import Query, equal, first_rows
from intacct.rest.wire import Json, by_id, object_path, present, text
from intacct.results import Found

OBJECT = "company-config/attachment"
FOLDER = "company-config/folder"
LARGEST_BYTES = 10 * 1024 * 1024


def payload(attachment: Attachment) -> Json:
    """The attachment as it is created, its files in base64.

    Raises:
        RejectedError: the files are larger than we send at once; nothing was sent.
    """
    return present(
        {
            "id": attachment.id,
            "name": attachment.name,
            "description": attachment.description,
            "folder": by_id(attachment.folder),
            "files": _files(attachment.files),
        }
    )


def _files(files: tuple[AttachedFile, ...]) -> list[Json]:
    size = sum(len(file.content) for file in files)
    if size > LARGEST_BYTES:
        message = f"files of {size} bytes together; {LARGEST_BYTES} are sent at once"
        finding = SageFinding("ATTACHMENT_SIZE", message, target="/files")
        raise RejectedError(message, findings=(finding,))
    return [
        {"name": file.name, "data": base64.b64encode(file.content).decode("ascii")}
        for file in files
    ]


def create(
    client: RestClient,
    attachment: Attachment | Folder,
    *,
    entity: str,
    idempotency_key: str,
) -> DocumentResult:
    """Store the files under the attachment's id, or make the folder.

    Raises:
        DuplicateDocumentError: one of that id is there already.
    """
    body = _folder(attachment) if isinstance(attachment, Folder) else payload(attachment)
    path = object_path(FOLDER if isinstance(attachment, Folder) else OBJECT)
    made = client.post(path, body, entity=entity, idempotency_key=idempotency_key).reference()
    return DocumentResult(key=text(made.get("key")), id=text(made.get("id")) or attachment.id)


def _folder(folder: Folder) -> Json:
    return present({"id": folder.id, "description": folder.description})


def add_files(
    client: RestClient,
    key: str,
    files: tuple[AttachedFile, ...],
    *,
    entity: str,
    idempotency_key: str,
) -> DocumentResult:
    """Add files to the attachment with that key."""
    path = object_path(OBJECT, key)
    body = {"files": _files(files)}
    made = client.patch(path, body, entity=entity, idempotency_key=idempotency_key).reference()
    return DocumentResult(key=text(made.get("key")), id=text(made.get("id")))


def find(client: RestClient, attachment: Attachment | Folder, *, entity: str) -> list[Found]:
    """The attachment or folder of exactly that id, in a list of at most one."""
    name = FOLDER if isinstance(attachment, Folder) else OBJECT
    query = Query(name, ("id",), (equal("id", attachment.id),), include_private=True)
    return [
        Found(
            DocumentResult(key=text(row["key"]), id=text(row.get("id"))),
            reference=text(row.get("id")),
        )
        for row in first_rows(client, query, entity=entity)
    ]


def ensure_folder(
    client: RestClient, folder: Folder, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """The folder of that id, created when it is not there."""
    known = find(client, folder, entity=entity)
    if known:
        return known[0].result
    try:
        return create(client, folder, entity=entity, idempotency_key=idempotency_key)
    except DuplicateDocumentError:  # somebody was quicker
        known = find(client, folder, entity=entity)
        if not known:
            raise
        return known[0].result
