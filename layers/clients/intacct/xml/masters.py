"""Masters with an id of ours: generic create, update and delete (§9.6, §12)."""

from __future__ import annotations

from collections.abc import Iterable

from intacct.changes import UpdateMaster
from intacct.masters import CustomRecord, Item, Master
from intacct.xml.custom_fields import checked
from intacct.xml.elements import Element, add, decimal_text, element
from intacct.xml.master_fields import Places, fields_of, object_of
from intacct.xml.queries import Query, equal

DELETED_MAX = 100  # keys per delete (§7.1)


def create_master(master: Master) -> Element:
    """A `create` of one master; empty fields are left to the company's defaults.

    Raises:
        CustomFieldError: a custom field's name can be none.
    """
    name, id_field = object_of(master)
    function = element("create")
    record = add(function, name)
    add(record, id_field, master.id)
    for places in fields_of(master).values():
        _put(record, [(place, text) for place, text in places if text])
    if isinstance(master, Item) and master.components:
        _put_components(record, master)
    return function


def update_master(update: UpdateMaster) -> Element:
    """An `update` of the named fields; an empty element clears its field (§9.6).

    Raises:
        CustomFieldError: a custom field's name can be none.
    """
    name, _ = object_of(update.master)
    function = element("update")
    record = add(function, name)
    add(record, "RECORDNO", update.key)
    for field, places in fields_of(update.master).items():
        if field in update.fields:
            _put(record, places)
    return function


def delete_records(name: str, keys: Iterable[str]) -> Element:
    """A `delete` of records by their record numbers, at most a hundred (§7.1).

    Raises:
        ValueError: there is no key, or more than a hundred.
    """
    listed = list(keys)
    if not 1 <= len(listed) <= DELETED_MAX:
        message = f"a delete names 1 to {DELETED_MAX} records"
        raise ValueError(message)
    function = element("delete")
    add(function, "object", name)
    add(function, "keys", ",".join(listed))
    return function


def create_custom_record(record: CustomRecord) -> Element:
    """A `create` of one record of a platform object, its fields as the company names them.

    Raises:
        CustomFieldError: a field's name can be none.
    """
    function = element("create")
    _put(add(function, record.object), list(checked(record.fields)))
    return function


def update_custom_record(record: CustomRecord, key: str) -> Element:
    """An `update` of a platform object's record; its key is `id`, not RECORDNO (§14.3).

    Raises:
        CustomFieldError: a field's name can be none.
    """
    function = element("update")
    node = add(function, record.object)
    add(node, "id", key)
    _put(node, list(checked(record.fields)))
    return function


def master_query(master: Master) -> Query:
    """The query for the master of exactly that id."""
    name, id_field = object_of(master)
    return Query(name, (id_field, "STATUS"), equal(id_field, master.id), shows_private=True)


def _put_components(record: Element, kit: Item) -> None:
    """Append what a kit is made of; the reference names no element for it (§12.3: UNCONFIRMED)."""
    parts = add(record, "ITEMCOMPONENTS")
    for part in kit.components:
        row = add(parts, "ITEMCOMPONENT")
        add(row, "COMPONENTID", part.item)
        add(row, "QUANTITY", decimal_text(part.quantity))


def _put(record: Element, places: Places) -> None:
    """Append texts at their places, the elements above them made once each."""
    for place, text in places:
        *parents, name = place.split("/")
        node = record
        for parent in parents:
            found = node.find(parent)
            node = add(node, parent) if found is None else found
        add(node, name, text)
