"""The model service: an object's fields, from the same schema that checks payloads (§9.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local.intacct_simulator.rest.envelopes import Json
from local.intacct_simulator.rest.fields import Field
from local.intacct_simulator.rest.schema import CUSTOM, SCHEMAS, Schema, Target

TYPES = {
    "text": ("string", ""),
    "key": ("string", ""),
    "href": ("string", ""),
    "country": ("string", ""),
    "enum": ("string", ""),
    "direction": ("string", ""),
    "words": ("array", ""),
    "amount": ("string", "decimal-precision-2"),
    "quantity": ("string", "decimal-precision-10"),
    "rate": ("string", "decimal-precision-10"),
    "number": ("number", ""),
    "integer": ("integer", ""),
    "boolean": ("boolean", ""),
    "date": ("string", "date"),
    "datetime": ("string", "date-time"),
}


def model(target: Target, custom: Sequence[str] = ()) -> Json:
    """Describe an object with its custom fields.

    `required` is always false, as Sage's own model has it.
    """
    schema = target.schema
    made: Json = {"fields": {}, "groups": {}, "refs": {}, "lists": {}}
    for path, field in schema.fields.items():
        *groups, name = path.split(".")
        place = made
        for group in groups:
            place = place["groups"].setdefault(group, {"fields": {}, "groups": {}, "refs": {}})
        if field.is_reference:
            place["refs"][name] = _reference(field, is_owner=path == schema.owner)
        else:
            place["fields"][name] = _field(field)
    for name in custom:
        path = f"{CUSTOM}{name}"
        made["fields"][path] = _field(Field(path=path, kind="text", read="-", write=""))
    for owned in schema.lists:
        made["lists"][owned.member] = {"apiObject": owned.object, "isOwned": True}
    verbs = [verb for verb in _verbs(schema, target) if verb]
    made["httpMethods"] = ",".join(["OPTIONS", *verbs])
    made["type"] = "ownedObject" if schema.owner else "rootObject"
    made["idempotenceSupported"] = "POST" in schema.verbs
    return made


def _verbs(schema: Schema, target: Target) -> tuple[str, ...]:
    is_untyped = schema.is_typed and target.definition is None
    return ("GET",) if is_untyped else schema.verbs


def _field(field: Field) -> dict[str, Any]:
    kind, form = TYPES[field.kind]
    described: dict[str, Any] = {"type": kind}
    if form:
        described["format"] = form
    if field.enum:
        described["enum"] = list(field.enum)
    return {
        **described,
        "readOnly": field.is_read_only,
        "writeOnly": False,
        "mutable": not (field.is_read_only or field.is_fixed),
        "nullable": not field.is_required,
        "required": False,
    }


def _reference(field: Field, *, is_owner: bool) -> dict[str, Any]:
    target = SCHEMAS[field.target]
    names = ["key", "id", *(["name"] if target.has_name else []), "href"]
    described: dict[str, Any] = {
        "apiObject": field.target,
        "fields": {name: {"type": "string", "readOnly": name == "href"} for name in names},
        "readOnly": field.is_read_only,
    }
    return {**described, "isOwner": True} if is_owner else described
