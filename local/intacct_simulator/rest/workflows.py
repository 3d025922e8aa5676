"""Workflow actions: submit, reverse, close (REST reference §1, §16.6-16.8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from local.intacct_simulator.books.errors import BusinessError
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.company import Company
from local.intacct_simulator.rest import envelopes
from local.intacct_simulator.rest.batches import MAX_BATCH, each
from local.intacct_simulator.rest.caller import Caller, require_right
from local.intacct_simulator.rest.envelopes import Json, Reply
from local.intacct_simulator.rest.pointers import record_at
from local.intacct_simulator.rest.schema import Catalog, Target
from local.intacct_simulator.rest.serialize import Serializer

MEMBERS = {"submit": {"key"}, "close": {"key"}, "reverse": {"key", "reversedDate", "memo"}}


class WorkflowService:
    """Carries out workflow actions on records."""

    def __init__(self, company: Company, catalog: Catalog) -> None:
        self._company = company
        self._catalog = catalog
        self._write = Serializer(company.books, catalog)

    def run(
        self, target: Target, action: str, body: Any, caller: Caller, *, is_atomic: bool = False
    ) -> Reply:
        """Run an action on one record, or on each of an array (§7.7).

        The answer names the record that carries the result.

        Raises:
            RestError: the action does not exist, the body is wrong, or the books refuse.
        """
        if action not in target.schema.actions:
            raise envelopes.path_unknown(f"The action {action} does not exist on {target.name}")
        require_right(self._company, caller, target.schema.table, "edit", target.name)
        rows = body if isinstance(body, list) else [body]
        if len(rows) > MAX_BATCH:
            raise envelopes.invalid_request(f"A batch has at most {MAX_BATCH} records")
        return each(
            self._company.books,
            rows,
            lambda row: self._act(target, action, row, caller),
            is_atomic=is_atomic,
            is_batch=rows is body,
        )

    def _act(self, target: Target, action: str, body: Any, caller: Caller) -> Reply:
        fields = self._fields(action, body)
        record = self._record(target, str(body["key"]), caller)
        try:
            made = self._company.books.act(
                target.schema.table,
                record["key"],
                action,
                fields,
                entity=caller.entity,
                user=caller.user,
            )
        except BusinessError as exc:
            resource = f"workflows/{target.name}/{action}"
            raise envelopes.refused(exc, "POST", resource) from exc
        reference = self._write.reference(target.schema, made)
        return envelopes.success({**reference, "state": made["state"]})

    def _record(self, target: Target, key: str, caller: Caller) -> Record:
        table = target.schema.table
        record = record_at(self._company.books, table, key, entity=caller.entity)
        if record is None:
            raise envelopes.no_such_key(target.name, key)
        return record

    @staticmethod
    def _fields(action: str, body: Any) -> dict[str, Any]:
        if not isinstance(body, Mapping) or "key" not in body:
            raise envelopes.invalid_request("A workflow action needs the key of its record")
        findings: list[Json] = [
            envelopes.detail(
                "REST-1043",
                "invalidRequest",
                f"The field {name} is not recognized",
                message_id="IA.FIELD_NOT_RECOGNIZED",
                target=f"/{name}",
            )
            for name in body
            if name not in MEMBERS[action]
        ]
        if findings:
            raise envelopes.invalid_payload(findings)
        fields: dict[str, Any] = {}
        if body.get("memo"):
            fields["memo"] = str(body["memo"])
        if body.get("reversedDate") is not None:
            try:
                fields["reversed_date"] = date.fromisoformat(str(body["reversedDate"]))
            except ValueError as exc:
                raise envelopes.invalid_request("reversedDate is not a date") from exc
        elif action == "reverse":
            raise envelopes.invalid_request("The required field reversedDate is missing")
        return fields
