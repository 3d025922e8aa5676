"""What an object offers in this company: fields, custom fields, verbs (REST reference §9.1).

Read once per tenant at start-up: a field that a payload names and the model lacks is refused
(REST-1043), and custom fields are the company's own. `required` is not taken over: the service
always says false.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from intacct.errors import PermissionDeniedError, RejectedError, SageFinding
from intacct.rest.client import RestClient
from intacct.rest.wire import text

_PREFIX = "nsp::"


@dataclass(frozen=True, slots=True)
class ModelField:
    """One field by its dotted name; `target` is the object that a reference points to."""

    name: str
    type: str
    words: tuple[str, ...] = ()
    is_read_only: bool = False
    is_mutable: bool = True
    target: str = ""


@dataclass(frozen=True, slots=True)
class ObjectModel:
    """An object as the company has it: its fields by dotted name, lists and verbs."""

    name: str
    fields: Mapping[str, ModelField]
    lists: frozenset[str]
    verbs: frozenset[str]
    takes_idempotency_keys: bool

    @property
    def custom_fields(self) -> tuple[str, ...]:
        """The names of the company's own fields, without their prefix, in order."""
        own = (name for name in self.fields if name.startswith(_PREFIX))
        return tuple(sorted(name.removeprefix(_PREFIX) for name in own))

    def lacks(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the dotted names that the object does not have, in order."""
        known = set(self.fields) | self.lists
        return tuple(
            name for name in names if name not in known and name.rpartition(".")[0] not in known
        )


def model(client: RestClient, name: str, *, entity: str = "") -> ObjectModel:
    """The model of an object.

    Raises:
        RejectedError: there is no such object.
        PermissionDeniedError: the user may not see it.
    """
    answer = client.get("/services/core/model", entity=entity, params={"name": name})
    described: Mapping[str, Any] = answer.result if isinstance(answer.result, Mapping) else {}
    fields = {field.name: field for field in _fields(described, "")}
    verbs = (verb.strip() for verb in text(described.get("httpMethods")).split(","))
    return ObjectModel(
        name=name,
        fields=fields,
        lists=frozenset(described.get("lists") or ()),
        verbs=frozenset(verb for verb in verbs if verb),
        takes_idempotency_keys=described.get("idempotenceSupported") is True,
    )


def probe(
    client: RestClient, needs: Mapping[str, Iterable[str]], *, entity: str = ""
) -> list[SageFinding]:
    """What this company's objects lack of what is written to them, before the first document is.

    `needs` are the dotted names of fields by object. An object that is not there, or that takes no
    idempotency keys, is a finding too; reading alone, nothing is written.

    Raises:
        CredentialsError, NotSentError: nothing can be said now.
    """
    found = []
    for name, fields in needs.items():
        try:
            described = model(client, name, entity=entity)
        except PermissionDeniedError:
            text_ = f"the user may not see {name}"
            found.append(SageFinding("OBJECT_HIDDEN", text_, target=name))
            continue
        except RejectedError:
            text_ = f"the company has no object {name}"
            found.append(SageFinding("OBJECT_MISSING", text_, target=name))
            continue
        found += [
            SageFinding("FIELD_MISSING", f"{name} has no {field}", target=f"{name}/{field}")
            for field in described.lacks(fields)
        ]
        if not described.takes_idempotency_keys:
            text_ = f"{name} takes no idempotency keys: only the look-up keeps it from twice"
            found.append(SageFinding("NO_IDEMPOTENCY", text_, target=name))
    return found


def _fields(described: Mapping[str, Any], prefix: str) -> Iterator[ModelField]:
    for name, field in (described.get("fields") or {}).items():
        yield ModelField(
            name=prefix + name,
            type=text(field.get("type")),
            words=tuple(text(word) for word in field.get("enum") or ()),
            is_read_only=field.get("readOnly") is True,
            is_mutable=field.get("mutable") is not False,
        )
    for name, reference in (described.get("refs") or {}).items():
        yield ModelField(
            name=prefix + name,
            type="reference",
            is_read_only=reference.get("readOnly") is True,
            target=text(reference.get("apiObject")),
        )
    for name, group in (described.get("groups") or {}).items():
        yield from _fields(group, f"{prefix}{name}.")
