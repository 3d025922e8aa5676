"""The object service: list, get, create, patch, delete, and batches of them (REST reference §7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.errors import BusinessError, wrong_state
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.company import Company
from local.intacct_simulator.rest import envelopes
from local.intacct_simulator.rest.batches import MAX_BATCH, each
from local.intacct_simulator.rest.caller import Caller, require_right
from local.intacct_simulator.rest.envelopes import Reply
from local.intacct_simulator.rest.payloads import Reader, check_create_state
from local.intacct_simulator.rest.pointers import pointer_of, record_at
from local.intacct_simulator.rest.query import MAX_SIZE, whole_number
from local.intacct_simulator.rest.schema import Catalog, Target
from local.intacct_simulator.rest.serialize import Serializer

LIST_SIZE = 100
_FIRST_PAGE: Mapping[str, str] = {}

Outcome = TypeVar("Outcome")


class ObjectService:
    """Creates, reads, changes and deletes records by REST."""

    def __init__(self, company: Company, catalog: Catalog) -> None:
        self._company = company
        self._books: Books = company.books
        self._catalog = catalog
        self._write = Serializer(company.books, catalog)

    def handle(
        self,
        method: str,
        target: Target,
        keys: Sequence[str],
        body: Any,
        caller: Caller,
        *,
        is_atomic: bool,
        paging: Mapping[str, str] = _FIRST_PAGE,
    ) -> Reply:
        """Serve one request on an object's path; `keys` are those of the path.

        A list is cut by `start` and `size` of `paging`, as a query is (U10: a guess).

        Raises:
            RestError: it fails as a whole.
        """
        if method == "OPTIONS":
            return Reply(204, None, {"Allow": ", ".join(["OPTIONS", *_offered(target, keys)])})
        self._require_verb(method, target, keys)
        if len(keys) > MAX_BATCH or (isinstance(body, list) and len(body) > MAX_BATCH):
            raise envelopes.invalid_request(f"A batch has at most {MAX_BATCH} records")
        if method == "GET":
            return self._read(target, keys, caller, paging)
        if method == "DELETE":
            require_right(self._company, caller, target.schema.table, "delete", target.name)
            return each(
                self._books,
                keys,
                lambda key: self._delete(target, key, caller),
                is_atomic=is_atomic,
                is_batch=len(keys) > 1,
            )
        if method == "POST":
            require_right(self._company, caller, target.schema.table, "add", target.name)
            rows = body if isinstance(body, list) else [body]
            return each(
                self._books,
                rows,
                lambda row: self._create(target, row, caller),
                is_atomic=is_atomic,
                is_batch=rows is body,
            )
        require_right(self._company, caller, target.schema.table, "edit", target.name)
        if len(keys) > 1:
            raise envelopes.invalid_request("A PATCH of several records takes an array")
        if keys:
            return self._patch(target, keys[0], body, caller)
        if not isinstance(body, list):
            raise envelopes.invalid_request("A PATCH on the collection takes an array")
        return each(
            self._books,
            body,
            lambda row: self._patch_row(target, row, caller),
            is_atomic=is_atomic,
            is_batch=True,
        )

    @staticmethod
    def _require_verb(method: str, target: Target, keys: Sequence[str]) -> None:
        offered = _offered(target, keys)
        if method not in offered:
            text = f"The method {method} is not offered for {target.name}"
            raise envelopes.verb_not_offered(text, "OPTIONS", *offered)

    def _read(
        self, target: Target, keys: Sequence[str], caller: Caller, paging: Mapping[str, str]
    ) -> Reply:
        right = "view" if keys else "list"
        require_right(self._company, caller, target.schema.table, right, target.name)
        if not keys:
            return self._list(target, caller, paging)

        def one(key: str) -> Reply:
            record = self._record(target, key, caller)
            return envelopes.success(self._write.whole(target.schema, record))

        return each(self._books, keys, one, is_atomic=False, is_batch=len(keys) > 1)

    def _list(self, target: Target, caller: Caller, paging: Mapping[str, str]) -> Reply:
        start = whole_number(paging, "start", 1)
        size = whole_number(paging, "size", LIST_SIZE, most=MAX_SIZE)
        table = target.schema.table
        rows = [
            self._write.reference(target.schema, record)
            for record in self._books.select(table, entity=caller.entity)
            if target.holds(record, self._books)
        ]
        page = rows[start - 1 : start - 1 + size]
        meta = envelopes.page_meta(len(rows), start, size)
        return Reply(200, {"ia::result": page, "ia::meta": meta})

    def _create(self, target: Target, payload: Any, caller: Caller) -> Reply:
        if not payload:
            raise envelopes.invalid_request("The request has no payload")
        fields = Reader(target.schema, self._books, is_create=True).read(payload)
        check_create_state(target.schema, payload)
        fields = self._signed(target, fields)
        if target.schema.owner:
            return self._create_line(target, fields, caller)
        fields.update({**target.schema.defaults, **target.defaults})
        if target.definition is not None:
            fields["definition"] = target.definition["key"]
        record = self._do(
            "POST",
            target,
            lambda: self._books.create(
                target.schema.table, fields, entity=caller.entity, user=caller.user
            ),
        )
        reference = self._write.reference(target.schema, record)
        return envelopes.success(reference, status=201)

    def _create_line(self, target: Target, fields: dict[str, Any], caller: Caller) -> Reply:
        owner = self._owner(target, fields.pop("parent", None), caller)
        table, key = target.schema.table.removesuffix("_line"), owner["key"]
        known = {line["key"] for line in self._books.lines(table, key)}
        self._do("POST", target, lambda: self._change(table, key, [fields], caller))
        lines = self._books.lines(table, key)
        record = next(line for line in lines if line["key"] not in known)
        reference = self._write.reference(target.schema, record)
        return envelopes.success(reference, status=201)

    def _owner(self, target: Target, given: int | str | None, caller: Caller) -> Record:
        """Find the document of a new line, by key or id, among those that the path names."""
        table = target.schema.table.removesuffix("_line")
        found = (
            self._books.by_id(table, given)
            if isinstance(given, str)
            else self._books.get(table, given or 0)
        )
        is_seen = found is not None and self._books.sees(table, found, entity=caller.entity)
        kind = None if target.definition is None else target.definition["key"]
        if found is None or not is_seen or kind not in {None, found["definition"]}:
            text = "The owner of the line is missing, unknown or of another definition"
            raise envelopes.invalid_payload(
                [
                    envelopes.detail(
                        "REST-1028",
                        "invalidParameter",
                        text,
                        message_id="IA.INVALID_VALUE",
                        target=f"/{target.schema.owner}",
                    )
                ]
            )
        return found

    def _patch_row(self, target: Target, row: Any, caller: Caller) -> Reply:
        if not isinstance(row, Mapping) or "key" not in row:
            raise envelopes.invalid_request("Each row of a PATCH batch needs its key")
        fields = {name: value for name, value in row.items() if name != "key"}
        return self._patch(target, str(row["key"]), fields, caller)

    def _patch(self, target: Target, key: str, payload: Any, caller: Caller) -> Reply:
        if not payload:
            raise envelopes.invalid_request("The request has no payload")
        record = self._record(target, key, caller)
        fields = self._signed(
            target, Reader(target.schema, self._books, is_create=False).read(payload)
        )
        if target.schema.owner:
            parent_table = target.schema.table.removesuffix("_line")
            fields.pop("parent", None)
            change = [{**fields, "key": record["key"]}]
            self._do(
                "PATCH",
                target,
                lambda: self._change(parent_table, record["parent"], change, caller),
            )
        else:
            record = self._do(
                "PATCH",
                target,
                lambda: self._books.update(
                    target.schema.table,
                    record["key"],
                    fields,
                    entity=caller.entity,
                    user=caller.user,
                ),
            )
        return envelopes.success(self._write.reference(target.schema, record))

    def _delete(self, target: Target, key: str, caller: Caller) -> Reply:
        record = self._record(target, key, caller)

        def work() -> None:
            if target.schema.owner:
                parent_table = target.schema.table.removesuffix("_line")
                change = [{"key": record["key"], "delete": True}]
                self._change(parent_table, record["parent"], change, caller)
            else:
                if not self._company.may_delete(target.schema.table, record, by_rest=True):
                    raise wrong_state(target.schema.name, str(record["state"]), "deleted")
                self._books.delete(
                    target.schema.table, record["key"], entity=caller.entity, user=caller.user
                )

        self._do("DELETE", target, work)
        return Reply(204)

    def _change(self, table: str, key: int, lines: list[dict[str, Any]], caller: Caller) -> Record:
        return self._books.update(
            table, key, {"lines": lines}, entity=caller.entity, user=caller.user
        )

    def _record(self, target: Target, key: str, caller: Caller) -> Record:
        record = record_at(self._books, target.schema.table, key, entity=caller.entity)
        if record is None or not target.holds(record, self._books):
            raise envelopes.no_such_key(target.name, key)
        return record

    def _do(self, operation: str, target: Target, work: Callable[[], Outcome]) -> Outcome:
        try:
            return work()
        except BusinessError as exc:
            pointer = pointer_of(target.schema, exc.target)
            resource = f"objects/{target.name}"
            raise envelopes.refused(exc, operation, resource, pointer) from exc

    def _signed(self, target: Target, fields: dict[str, Any]) -> dict[str, Any]:
        """Flip adjustment amounts where the company's REST takes credit memos positive (U17)."""
        is_flipped = self._company.switches.adjustment_sign == "positiveIsCredit"
        if target.schema.table == "ar_adjustment" and is_flipped:
            for line in fields.get("lines", ()):
                if line.get("amount") is not None:
                    line["amount"] = -line["amount"]
        return fields


def _offered(target: Target, keys: Sequence[str]) -> tuple[str, ...]:
    """The verbs of an object's collection, or of records that the path names."""
    senseless = "POST" if keys else "DELETE"
    return tuple(verb for verb in target.verbs if verb != senseless)
