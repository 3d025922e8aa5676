"""Making one Order Entry document from another: what remains, and the states that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.money import ZERO
from local.intacct_simulator.books.store import Record

LINE = "sales_document_line"
CONVERTIBLE = frozenset({"pending", "submitted", "partiallyConverted"})


class Conversion:
    """Keeps how much of each source line was converted, and by which document."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def check(
        self,
        header: Mapping[str, Any],
        lines: Sequence[dict[str, Any]],
        definition: Record,
    ) -> None:
        """Refuse a conversion that the source does not allow; complete its references.

        Raises:
            BusinessError: the source is not convertible, of another customer, of a definition
                that cannot become this one, or less of a line remains.
        """
        sources = self._sources(header, lines)
        for key in sources:
            source = self._desk.require("sales_document", key)
            self._check_source(source, header, definition)
        wanted: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for index, line in enumerate(lines):
            line_key = line.get("source_line")
            if line_key is None:
                continue
            source_line = self._desk.require(LINE, line_key)
            line["source_document"] = source_line["parent"]
            wanted[line_key] += line["unit_quantity"]
            remaining = source_line["unit_quantity"] - source_line["quantity_converted"]
            if wanted[line_key] > remaining:
                raise errors.BusinessError(
                    f"The quantity {line['unit_quantity']} of line {index + 1} exceeds the "
                    f"remaining quantity {remaining} of its source line.",
                    code="invalidRequest",
                    target=f"lines.{index}.unit_quantity",
                )

    def consume(self, record: Record, lines: Sequence[Record], actor: Actor) -> None:
        """Count the document's quantities as converted and set the states of its sources."""
        linked = [line for line in lines if line.get("source_line") is not None]
        for line in linked:
            self._convert(line["source_line"], line["unit_quantity"])
        header_source = record["source_document"]
        sources = {line["source_document"] for line in linked}
        if header_source is not None and header_source not in sources:
            # Without line keys Sage's behaviour is unconfirmed; the whole source counts as
            # converted (XML reference §13.1).
            for row in self._desk.lines("sales_document", header_source):
                self._convert(row["key"], row["unit_quantity"] - row["quantity_converted"])
            self._link_all(record, header_source)
            sources.add(header_source)
        for key in sorted(sources):
            self._refresh(key, actor)
            self._desk.store.insert(
                "document_link", {"source": key, "target": record["key"], "id": ""}
            )

    def release(self, record: Record, actor: Actor) -> None:
        """Give quantities back to the sources of a document that goes away or changes."""
        store = self._desk.store
        for line in self._desk.lines("sales_document", record["key"]):
            if line.get("source_line") is not None:
                self._convert(line["source_line"], -line["unit_quantity"])
        for link in store.find("document_link", target=record["key"]):
            if link.get("whole"):
                for row in self._desk.lines("sales_document", link["source"]):
                    self._convert(row["key"], -row["quantity_converted"])
            store.remove("document_link", link["key"])
            self._refresh(link["source"], actor)

    def _link_all(self, record: Record, source: int) -> None:
        self._desk.store.insert(
            "document_link", {"source": source, "target": record["key"], "id": "", "whole": True}
        )

    def _sources(self, header: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> list[int]:
        keys = {header.get("source_document")}
        for line in lines:
            keys.add(line.get("source_document"))
            if line.get("source_line") is not None:
                keys.add(self._desk.require(LINE, line["source_line"])["parent"])
        return sorted(key for key in keys if key is not None)

    def _check_source(self, source: Record, header: Mapping[str, Any], definition: Record) -> None:
        if source["state"] not in CONVERTIBLE:
            raise errors.wrong_state("document", source["state"], "converted")
        if source["customer"] != header["customer"]:
            raise errors.invalid("customer", header["customer"], "the source has another customer")
        follows = self._desk.require("txn_definition", source["definition"])["id"]
        if follows not in definition["sources"]:
            raise errors.BusinessError(
                f"A '{follows}' cannot be converted to a '{definition['id']}'.",
                code="invalidRequest",
                target="source_document",
            )

    def _convert(self, line_key: int, quantity: Decimal) -> None:
        line = self._desk.require(LINE, line_key)
        converted = line["quantity_converted"] + quantity
        self._desk.store.change(
            LINE,
            line_key,
            quantity_converted=converted,
            quantity_remaining=line["unit_quantity"] - converted,
        )

    def _refresh(self, key: int, actor: Actor) -> None:
        rows = self._desk.lines("sales_document", key)
        remaining = any(row["quantity_remaining"] for row in rows)
        converted = any(row["quantity_converted"] for row in rows)
        state = "converted" if not remaining else "partiallyConverted" if converted else "pending"
        self._desk.modify("sales_document", key, {"state": state}, actor)
