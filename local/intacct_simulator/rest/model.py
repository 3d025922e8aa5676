"""The model service: an object's fields, from the same schema that checks payloads (§9.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from local.intacct_simulator.rest.empty_values import is_nullable
from local.intacct_simulator.rest.envelopes import Json, invalid_request
from local.intacct_simulator.rest.fields import Field
from local.intacct_simulator.rest.schema import CUSTOM, OBJECTS, SCHEMAS, Target

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


MODEL_PATH = "/services/core/model"
OWN_TEXT = Field(path="", kind="text", read="-", write="")
_SHORT = ("apiObject", "type", "httpMethods", "idempotenceSupported", "href")


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
            place["fields"][name] = _field(field, is_nullable=is_nullable(schema, field))
    for name in custom:
        made["fields"][f"{CUSTOM}{name}"] = _field(OWN_TEXT)
    for owned in schema.lists:
        made["lists"][owned.member] = {"apiObject": owned.object, "isOwned": True}
    made["httpMethods"] = ",".join(["OPTIONS", *target.verbs])
    made["type"] = "ownedObject" if schema.owner else "rootObject"
    made["idempotenceSupported"] = "POST" in schema.verbs
    made["apiObject"] = f"{OBJECTS}{target.name}"
    made["href"] = f"{MODEL_PATH}?version=v1&name={OBJECTS}{target.name}"
    return made


def list_models(
    query: Mapping[str, str], own: Sequence[Target], others: Sequence[Json]
) -> list[Json]:
    """List the resources, each with its kind and verbs; with `schema=true` objects whole.

    Args:
        query: `type` keeps `object`, `service`, `workflow` or a kind, and `filter` what a regular
            expression finds in the name, with `objects/` before it or without.
        own: the company's custom objects, listed after Sage's.
        others: short definitions of services and workflows.

    Raises:
        RestError: 400, `filter` is no regular expression.
    """
    try:
        wanted = re.compile(query.get("filter", ""))
    except re.error as exc:
        message = "The filter is not a regular expression"
        raise invalid_request(message) from exc
    kinds = {kind for kind in query.get("type", "").split(",") if kind}
    if "object" in kinds:
        kinds |= {"rootObject", "ownedObject"}
    found = [
        *(model(Target(schema, asked=name)) for name, schema in SCHEMAS.items()),
        *(model(target) for target in own),
        *others,
    ]
    is_whole = query.get("schema") == "true"
    return [
        one if is_whole else shortened(one)
        for one in found
        if (not kinds or one["type"] in kinds)
        and any(map(wanted.search, (one["apiObject"], one["apiObject"].removeprefix(OBJECTS))))
    ]


def short_model(name: str, kind: str, verb: str) -> Json:
    """Make the definition of a service or workflow."""
    href = f"{MODEL_PATH}?version=v1&name={name}"
    return {"apiObject": name, "type": kind, "httpMethods": f"OPTIONS,{verb}", "href": href}


def shortened(whole: Json) -> Json:
    """Give the short definition of a resource: its name, kind and verbs."""
    return {name: whole[name] for name in _SHORT if name in whole}


def _field(field: Field, *, is_nullable: bool = True) -> dict[str, Any]:
    kind, form = TYPES[field.kind]
    described: dict[str, Any] = {"type": kind}
    if form:
        described["format"] = form
    if field.enum:
        described["enum"] = list(field.enum)
    return {
        **described,
        **_flags(
            is_read_only=field.is_read_only,
            is_mutable=not (field.is_read_only or field.is_fixed),
            is_nullable=is_nullable,
        ),
    }


def _flags(*, is_read_only: bool, is_mutable: bool, is_nullable: bool = True) -> Json:
    return {
        "readOnly": is_read_only,
        "writeOnly": False,
        "mutable": is_mutable,
        "nullable": is_nullable,
        "required": False,
    }


def _reference(field: Field, *, is_owner: bool) -> dict[str, Any]:
    target = SCHEMAS[field.target]
    names = ["key", "id", *(["name"] if target.has_name else []), "href"]
    described: dict[str, Any] = {
        "apiObject": field.target,
        "fields": {name: _reference_field(field, name) for name in names},
        "readOnly": field.is_read_only,
    }
    return {**described, "isOwner": True} if is_owner else described


def _reference_field(field: Field, name: str) -> Json:
    is_written = name in {"key", "id"} and not field.is_read_only
    return {"type": "string", **_flags(is_read_only=not is_written, is_mutable=is_written)}
