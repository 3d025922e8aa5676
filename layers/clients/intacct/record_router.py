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
from intacct.errors import IntacctError
from intacct.masters import Item
from intacct.records import Record
from intacct.results import Found


class RestKeeper(Interface):
    """What the router needs of `intacct.rest.records.RestRecords`."""

    def create(self, record: Record, *, idempotency_key: str) -> DocumentResult:
        """Create one record."""
        ...

    def create_items(
        self, made: Sequence[Item], idempotency_keys: Sequence[str]
    ) -> list[DocumentResult | IntacctError]:
        """Create items in few calls: a result or an error for each, in their order."""
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

    def create_items(
        self, made: Sequence[Item], control_ids: Sequence[str]
    ) -> list[DocumentResult | IntacctError]:
        """Create items in few calls: a result or an error for each, in their order."""
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

    def create_items(
        self,
        made: Sequence[Item],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> list[DocumentResult | IntacctError]:
        """Create items in as few calls as may be; each has its own outcome, in their order.

        An `OutcomeUnknownError` is settled by asking for the id; one whose error is `NotSentError`
        may be sent again.

        Raises:
            ValueError: not one control id and one idempotency key for each item; not sent.
        """
        if not len(made) == len(control_ids) == len(idempotency_keys):
            message = "each item has a control id and an idempotency key of its own"
            raise ValueError(message)
        if not made:
            return []
        if self._protocols[Action.ITEM] is Protocol.XML:
            return self._xml.create_items(made, control_ids)
        return self._rest.create_items(made, idempotency_keys)

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
