"""The read family beside `query`, and what the gateway tells about a company (§9, §14.1, §15.2).

Reading again is always safe, so nothing here ever has an unknown outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intacct.errors import RejectedError
from intacct.reading import Dimension
from intacct.xml import descriptions
from intacct.xml.descriptions import FieldDetail, ObjectModel, Permission
from intacct.xml.elements import Element, add, add_given, element
from intacct.xml.envelope import Function, FunctionResult
from intacct.xml.gateway import XmlGateway
from intacct.xml.paging import check_whole
from intacct.xml.user_format import UserFormat, user_format_from

KEYS_MAX = 100  # per read and readByName (§7.1)
PAGE_SIZE_MAX = 1000  # of readByQuery (§7.1)


def quoted(text: str) -> str:
    """A text as a condition of `readByQuery` wants it: in quotes, with those inside escaped."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


class XmlReads:
    """Reads at one entity; every method may raise `intacct.errors`, and may be called again."""

    def __init__(self, gateway: XmlGateway, *, entity: str = "") -> None:
        """`entity` is the id of the entity whose books are meant; empty is the top level."""
        self._gateway = gateway
        self._entity = entity

    def __repr__(self) -> str:
        """Say which entity."""
        return f"XmlReads(entity={self._entity!r})"

    def by_statement(
        self,
        name: str,
        statement: str = "",
        *,
        fields: Sequence[str] = (),
        definition: str = "",
        page_size: int = PAGE_SIZE_MAX,
    ) -> Iterator[Element]:
        """The rows of `readByQuery`, page by page of one result that Sage keeps (§9.3).

        Conditions compare stored codes (`'T'`, `'P'`), unlike those of `query`; texts in them go
        through `quoted`. Following pages are asked for by the result's own id: by object they would
        mix with a parallel reader's.

        Raises:
            RejectedError: Sage refused the statement, or a page does not name its result.
        """
        function = element("readByQuery")
        add(function, "object", name)
        add(function, "query", statement)
        _add_fields(function, fields)
        add_given(function, [("docparid", definition)])
        add(function, "pagesize", str(page_size))
        page = self._run(function)
        check_whole(page)
        yield from page.rows
        result_id = page.attributes.get("resultId", "")
        while page.count("numremaining") and page.rows:
            if not result_id:
                message = "Sage Intacct has more rows and does not say of which result"
                raise RejectedError(message)
            more = element("readMore")
            add(more, "resultId", result_id)
            page = self._run(more)
            check_whole(page)
            yield from page.rows

    def by_keys(
        self, name: str, keys: Sequence[str], *, fields: Sequence[str] = (), definition: str = ""
    ) -> list[Element]:
        """Whole records by record number, with their lines where no field is named (§9.2).

        A key that is not there is a row fewer: compare by key, never by place.
        """
        return self._by("read", name, keys, fields, definition)

    def by_names(
        self, name: str, ids: Sequence[str], *, fields: Sequence[str] = (), definition: str = ""
    ) -> list[Element]:
        """Whole records by their readable id, otherwise as `by_keys`."""
        return self._by("readByName", name, ids, fields, definition)

    def model(self, name: str, *, definition: str = "") -> ObjectModel:
        """An object's fields and relationships; shown whatever the user's rights on it.

        Raises:
            RejectedError: there is no such object.
        """
        function = element("lookup")
        add(function, "object", name)
        add_given(function, [("docparid", definition)])
        return descriptions.object_model(_only(self._run(function)))

    def field_details(self, name: str) -> dict[str, FieldDetail]:
        """An object's fields with their longest texts, by name.

        Raises:
            RejectedError: there is no such object.
        """
        function = element("inspect", detail="1")
        add(function, "object", name)
        return descriptions.field_details(_only(self._run(function)))

    def object_names(self) -> list[str]:
        """The names of all objects of the company, its own ones included."""
        function = element("inspect")
        add(function, "object", "*")
        return descriptions.object_names(self._run(function).rows)

    def dimensions(self) -> list[Dimension]:
        """The dimensions that the company uses, standard and user-defined."""
        return descriptions.dimension_models(_only(self._run(element("getDimensions"))))

    def permissions(self, user_id: str) -> list[Permission]:
        """What a user may do, application by application; needs View on users' permissions."""
        function = element("getUserPermissions")
        add(function, "userId", user_id)
        return descriptions.permissions(_only(self._run(function)))

    def user_format(self, user_id: str) -> UserFormat:
        """How the API user writes dates and times, which filters and answers follow (§11.2).

        Raises:
            UserFormatError: it is none that we can read back without doubt.
        """
        function = element("readUserFormatting")
        add(function, "userId", user_id)
        return user_format_from(_only(self._run(function)))

    def audit_trail(self, name: str, key: str) -> list[Element]:
        """What happened to one record, by its record number (§9.1)."""
        function = element("getAuditTrail")
        add(function, "object", name)
        add(function, "recordNo", key)
        return list(self._run(function).rows)

    def _by(
        self, verb: str, name: str, keys: Sequence[str], fields: Sequence[str], definition: str
    ) -> list[Element]:
        rows: list[Element] = []
        for start in range(0, len(keys), KEYS_MAX):
            function = element(verb)
            add(function, "object", name)
            add(function, "keys", ",".join(keys[start : start + KEYS_MAX]))
            _add_fields(function, fields)
            add_given(function, [("docparid", definition)])
            rows.extend(self._run(function).rows)
        return rows

    def _run(self, function: Element) -> FunctionResult:
        asked = Function("read", function)
        return self._gateway.execute_one(asked, entity=self._entity, is_write=False)


def _add_fields(function: Element, fields: Sequence[str]) -> None:
    add(function, "fields", ",".join(fields) or "*")


def _only(result: FunctionResult) -> Element:
    if not result.rows:
        message = "Sage Intacct answered without what was asked for"
        raise RejectedError(message, control_id=result.control_id)
    return result.rows[0]
