"""Attachments: files in a folder, linked to documents by the attachment's id."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.masters import Masters
from local.intacct_simulator.books.store import Record

NAME = "attachment"
FILE = "attachment_file"


class Attachments(Masters):
    """The rules of attachments; their files come in as lines with `name` and base64 `data`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, NAME)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store an attachment with its files.

        Raises:
            BusinessError: the folder does not exist, or a file is not base64.
        """
        given = {name: value for name, value in fields.items() if name != "lines"}
        given.setdefault("name", given.get("id"))
        record = super().create(given, actor)
        for file in fields.get("lines") or ():
            self._add(record, file, actor)
        return record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change an attachment: a file without a key is added, one with `delete` removed.

        Raises:
            BusinessError: a key is not one of its files, or a file is not base64.
        """
        given = {name: value for name, value in fields.items() if name != "lines"}
        record = super().update(key, given, actor)
        known = {row["key"] for row in self.desk.lines(NAME, key)}
        for index, file in enumerate(fields.get("lines") or ()):
            if file.get("key") is None:
                self._add(record, file, actor)
            elif file["key"] in known and file.get("delete"):
                self.desk.store.remove(FILE, file["key"])
            else:
                raise errors.invalid(f"lines.{index}.key", file["key"], "a file cannot be changed")
        return record

    def _add(self, record: Record, file: Mapping[str, Any], actor: Actor) -> None:
        cleaned = self.desk.check.new(FILE, file, entity=actor.entity)
        try:
            size = len(base64.b64decode(cleaned["data"], validate=True))
        except (binascii.Error, ValueError) as exc:
            raise errors.invalid("lines.data", "...", "it is not base64") from exc
        now, store = self.desk.clock.stamp(), self.desk.store
        number = len(self.desk.lines(NAME, record["key"])) + 1
        row = store.insert(
            FILE,
            {
                "name": cleaned["name"],
                "data": cleaned["data"],
                "size": size,
                "parent": record["key"],
                "line_number": number,
                "created_at": now,
                "modified_at": now,
            },
        )
        store.change(FILE, row["key"], id=str(row["key"]))
