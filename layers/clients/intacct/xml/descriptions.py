"""What the gateway says about a company: objects and fields, dimensions, a user's permissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intacct.reading import Dimension
from intacct.xml.elements import Element, text_at


@dataclass(frozen=True, slots=True)
class FieldModel:
    """One field of an object, as `lookup` shows it (§9.7)."""

    id: str
    data_type: str
    is_required: bool
    is_read_only: bool
    is_custom: bool
    valid_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relationship:
    """A way from one object to another: `path` is what stands before the dot of a field."""

    path: str
    object: str
    kind: str
    related_by: str


@dataclass(frozen=True, slots=True)
class ObjectModel:
    """An object's fields by id, and its relationships."""

    name: str
    definition: str
    fields: Mapping[str, FieldModel]
    relationships: tuple[Relationship, ...]


@dataclass(frozen=True, slots=True)
class FieldDetail:
    """One field as `inspect` shows it; `length_max` is None where Sage states none."""

    name: str
    is_required: bool
    is_read_only: bool
    length_max: int | None


@dataclass(frozen=True, slots=True)
class Permission:
    """What a user may do with one policy of one application: List, View, Add, Edit, Delete ..."""

    application: str
    policy: str
    rights: frozenset[str]


def object_model(row: Element) -> ObjectModel:
    """The model in an answer to `lookup`."""
    models = (_field_model(field) for field in row.iterfind("Fields/Field"))
    return ObjectModel(
        name=str(row.get("Name") or ""),
        definition=str(row.get("DocumentType") or ""),
        fields={model.id: model for model in models},
        relationships=tuple(
            Relationship(
                path=text_at(each, "OBJECTPATH"),
                object=text_at(each, "OBJECTNAME"),
                kind=text_at(each, "RELATIONSHIPTYPE"),
                related_by=text_at(each, "RELATEDBY"),
            )
            for each in row.iterfind("Relationships/Relationship")
        ),
    )


def _field_model(field: Element) -> FieldModel:
    values = field.iterfind("VALIDVALUES/VALIDVALUE")
    return FieldModel(
        id=text_at(field, "ID"),
        data_type=text_at(field, "DATATYPE"),
        is_required=_truth(text_at(field, "REQUIRED")),
        is_read_only=_truth(text_at(field, "READONLY")),
        is_custom=_truth(text_at(field, "ISCUSTOM")),
        valid_values=tuple((value.text or "").strip() for value in values),
    )


def field_details(row: Element) -> dict[str, FieldDetail]:
    """The fields in an answer to `inspect` with details, by name."""
    found = {}
    for field in row.iterfind("Fields/Field"):
        name, longest = text_at(field, "Name"), text_at(field, "maxLength")
        found[name] = FieldDetail(
            name=name,
            is_required=_truth(text_at(field, "isRequired")),
            is_read_only=_truth(text_at(field, "isReadOnly")),
            length_max=int(longest) if longest.isdecimal() else None,
        )
    return found


def object_names(rows: tuple[Element, ...]) -> list[str]:
    """The objects in an answer to `inspect` of `*`."""
    return [str(row.get("typename") or (row.text or "").strip()) for row in rows]


def dimension_models(row: Element) -> list[Dimension]:
    """The dimensions in an answer to `getDimensions` (§14.1)."""
    return [
        Dimension(
            name=text_at(each, "objectName"),
            label=text_at(each, "termLabel") or text_at(each, "objectLabel"),
            is_user_defined=_truth(text_at(each, "userDefinedDimension")),
            is_in_ledger=_truth(text_at(each, "enabledInGL")),
        )
        for each in row.iterfind("dimension")
    ]


def permissions(row: Element) -> list[Permission]:
    """The permissions in an answer to `getUserPermissions` (§15.2)."""
    return [
        Permission(
            application=text_at(application, "applicationName"),
            policy=text_at(policy, "policyName"),
            rights=frozenset(
                right.strip() for right in text_at(policy, "rights").split("|") if right.strip()
            ),
        )
        for application in row.iterfind("appSubscription")
        for policy in application.iterfind("policies/policy")
    ]


def _truth(text: str) -> bool:
    return text.strip().lower() in ("true", "t", "1")
