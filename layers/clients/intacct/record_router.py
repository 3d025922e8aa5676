"""One company's records beside an order's documents, in whatever protocol serves each action.

The counterpart of `intacct.router` for masters, stock, deposits and changes of what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Protocol as Interface

from intacct.capabilities import (
    CAPABILITIES,
    Action,
    Protocol,
    action_of_change,
    action_of_record,
)
from intacct.changes import Change
from intacct.documents import DocumentResult
from intacct.records import Record
from intacct.results import Found


class RestKeeper(Interface):
    """What the router needs of `intacct.rest.records.RestRecords`."""

    def create(self, record: Record, *, idempotency_key: str) -> DocumentResult:
        """Create one record."""
        ...

    def find(self, record: Record) -> Sequence[Found]:
        """Records that carry our mark."""
        ...

    def change(self, change: Change, *, idempotency_key: str) -> DocumentResult:
        """Change what is there."""
        ...


class XmlKeeper(Interface):
    """What the router needs of `intacct.xml.records.XmlRecords`."""

    def create(self, record: Record, *, control_id: str) -> DocumentResult:
        """Create one record."""
        ...

    def find(self, record: Record) -> Sequence[Found]:
        """Records that carry our mark."""
        ...

    def change(self, change: Change, *, control_id: str) -> DocumentResult:
        """Change what is there."""
        ...


class IntacctRecords:
    """One entity's records: created, found and changed by the protocol of the table.

    Every method may raise the errors of `intacct.errors`; writes are never retried inside.
    """

    def __init__(
        self,
        *,
        rest: Callable[[], RestKeeper],
        xml: Callable[[], XmlKeeper],
        protocols: Mapping[Action, Protocol],
    ) -> None:
        """`rest` and `xml` build the keepers when first needed; `protocols` says who serves."""
        self._build_rest = rest
        self._build_xml = xml
        self._protocols = dict(protocols)

    @cached_property
    def _rest(self) -> RestKeeper:
        return self._build_rest()

    @cached_property
    def _xml(self) -> XmlKeeper:
        return self._build_xml()

    def create(self, record: Record, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Create one record; both marks are the same on every try of the same one."""
        if self._protocols[action_of_record(record)] is Protocol.XML:
            return self._xml.create(record, control_id=control_id)
        return self._rest.create(record, idempotency_key=idempotency_key)

    def find(self, record: Record) -> Sequence[Found]:
        """Records of the same kind that carry our id or mark; empty when there is none.

        Asked of the protocol that creates them, unless only the other one can tell: both speak to
        the same books.
        """
        action = action_of_record(record)
        asked = CAPABILITIES[action].found_by or self._protocols[action]
        if asked is Protocol.XML:
            return self._xml.find(record)
        return self._rest.find(record)

    def change(self, change: Change, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Change what is there; both marks are the same on every try of the same change."""
        if self._protocols[action_of_change(change)] is Protocol.XML:
            return self._xml.change(change, control_id=control_id)
        return self._rest.change(change, idempotency_key=idempotency_key)
