"""Attachments and their folders: the legacy functions of SUPDOC (§9.1; Sage's attachment pages).

No limit of size is documented (§17 no. 3); ours keeps a request within what is assumed there.
"""

from __future__ import annotations

import base64

from intacct.errors import RejectedError, SageFinding
from intacct.masters import AttachedFile, Attachment, Folder
from intacct.xml.elements import Element, add, add_given, element

LARGEST_BYTES = 3 * 1024 * 1024  # in base64 still below five million bytes


def create_folder(folder: Folder) -> Element:
    """A `create_supdocfolder`."""
    function = element("create_supdocfolder")
    add(function, "supdocfoldername", folder.id)
    add_given(function, [("supdocfolderdescription", folder.description)])
    return function


def create_attachment(attachment: Attachment) -> Element:
    """A `create_supdoc` with its files in base64.

    Raises:
        RejectedError: the files are larger than we send at once; nothing was sent.
    """
    function = element("create_supdoc")
    add(function, "supdocid", attachment.id)
    add_given(function, [("supdocname", attachment.name)])
    add(function, "supdocfoldername", attachment.folder)
    add_given(function, [("supdocdescription", attachment.description)])
    _add_files(function, attachment.files)
    return function


def add_files(attachment_id: str, files: tuple[AttachedFile, ...]) -> Element:
    """An `update_supdoc` that adds files to an attachment that is there.

    Raises:
        RejectedError: the files are larger than we send at once.
    """
    function = element("update_supdoc")
    add(function, "supdocid", attachment_id)
    _add_files(function, files)
    return function


def delete_attachment(attachment_id: str) -> Element:
    """A `delete_supdoc`; Sage refuses it while a document carries the attachment."""
    return element("delete_supdoc", key=attachment_id)


def get_attachment(record: Attachment | Folder) -> Element:
    """A `get_list` of the attachment or folder of exactly that id, without its files."""
    is_folder = isinstance(record, Folder)
    field = "name" if is_folder else "supdocid"
    function = element("get_list", object="supdocfolder" if is_folder else "supdoc", maxitems="1")
    expression = add(add(function, "filter"), "expression")
    add(expression, "field", field)
    add(expression, "operator", "=")
    add(expression, "value", record.id)
    fields = add(function, "fields")
    for name in ("recordno", field):
        add(fields, "field", name)
    return function


def _add_files(function: Element, files: tuple[AttachedFile, ...]) -> None:
    size = sum(len(file.content) for file in files)
    if size > LARGEST_BYTES:
        message = f"files of {size} bytes together; {LARGEST_BYTES} are sent at once"
        finding = SageFinding("ATTACHMENT_SIZE", message, target="/files")
        raise RejectedError(message, findings=(finding,))
    container = add(function, "attachments")
    for file in files:
        name, _, extension = file.name.rpartition(".")
        node = add(container, "attachment")
        # Name and type are two elements here; a file without an extension has no type.
        add(node, "attachmentname", name or extension)
        add(node, "attachmenttype", extension if name else "")
        add(node, "attachmentdata", base64.b64encode(file.content).decode("ascii"))
