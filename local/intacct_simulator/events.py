"""Change events of triggers that an administrator sets up: a queue to pull, webhooks to send.

Sage has no API to register a trigger (REST reference §15): here the admin API plays the
administrator. Events are made from the audit history, so both wires cause them.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.rest.fields import AUDITED

WORDS: Mapping[str, str] = {
    "create": "after_create",
    "modify": "after_update",
    "submit": "after_update",
    "reverse": "after_update",
    "delete": "after_delete",
}
XML_NAMES: Mapping[str, str] = {
    "sales_document": "SODOCUMENT",
    "ar_payment": "ARPYMT",
    "journal_entry": "GLBATCH",
}
"""What XML calls a record, where that is not the name of its table."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LIST_SIZE = 100


@dataclass(frozen=True)
class Trigger:
    """What an administrator asked to be told; without a `url` the event waits to be pulled.

    Attributes:
        object: REST name, such as `accounts-receivable/customer`; empty for every object.
        events: of `after_create`, `after_update`, `after_delete`.
        url: where the webhook goes, on loopback.
    """

    object: str = ""
    events: tuple[str, ...] = ("after_create", "after_update", "after_delete")
    url: str = ""
    id: int = 0


@dataclass(frozen=True)
class Event:
    """One change of one record, with the context that Sage sends beside it."""

    id: str
    payload: Mapping[str, Any]
    context: Mapping[str, Any]

    def as_pulled(self) -> dict[str, str]:
        """Show the event as the pull service lists it (§15.3)."""
        return {
            "eventId": self.id,
            "payload": encoded(self.payload),
            "context": encoded(self.context),
            "eventType": "pull",
        }


@dataclass
class Delivery:
    """One webhook on its way: how often it was tried, when it is due, and how it ended."""

    event: Event
    url: str
    due_at: datetime
    attempts: int = 0
    last_status: int = 0
    state: str = "waiting"

    def as_json(self) -> dict[str, Any]:
        """Show the delivery for the admin API."""
        return {
            "event": self.event.payload,
            "attempts": self.attempts,
            "last_status": self.last_status,
            "state": self.state,
            "due_at": self.due_at,
        }


@dataclass
class Events:
    """The triggers of one company and what they have caused."""

    books: Books
    company_id: str
    triggers: list[Trigger] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    _waiting: dict[str, Event] = field(default_factory=dict)
    _listed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _seen: int = 0
    _made: int = 0

    def add(self, **members: Any) -> Trigger:
        """Set up a trigger; it speaks of what happens from now on.

        Raises:
            ValueError: an event is unknown, or the address is not on loopback.
            TypeError: a member is not one of `Trigger`'s.
        """
        trigger = Trigger(**{**members, "events": tuple(members.get("events", Trigger.events))})
        if unknown := set(trigger.events) - set(WORDS.values()):
            message = f"there is no event {', '.join(sorted(unknown))}"
            raise ValueError(message)
        if trigger.url and urlsplit(trigger.url).hostname not in LOOPBACK:
            message = "the url must be on loopback"
            raise ValueError(message)
        if not self.triggers:
            self._seen = self.books.store.newest("audit_history")
        self._made += 1
        self.triggers.append(Trigger(trigger.object, trigger.events, trigger.url, self._made))
        return self.triggers[-1]

    def clear(self) -> None:
        """Take all triggers away, with what waits."""
        self.triggers.clear()
        self.deliveries.clear()
        self._waiting.clear()
        self._listed.clear()

    def collect(self) -> None:
        """Make events of what happened since the last time; cheap where there is no trigger."""
        if not self.triggers:
            return
        newest = self.books.store.newest("audit_history")
        for key in range(self._seen + 1, newest + 1):
            row = self.books.get("audit_history", key)
            if row is not None:
                self._raise(row)
        self._seen = newest

    def count(self) -> int:
        """Say how many events wait to be pulled."""
        return len(self._waiting)

    def pull(self) -> tuple[str, list[Event]]:
        """Give up to 100 waiting events and the id that acknowledges them; they wait until then."""
        events = list(self._waiting.values())[:LIST_SIZE]
        ack_id = uuid.uuid4().hex
        self._listed[ack_id] = tuple(event.id for event in events)
        return ack_id, events

    def acknowledge(self, ack_id: str) -> bool:
        """Take listed events off the queue; tell whether the id was known."""
        listed = self._listed.pop(ack_id, None)
        for event_id in listed or ():
            self._waiting.pop(event_id, None)
        return listed is not None

    def _raise(self, row: Record) -> None:
        name = AUDITED.get(row["object_name"], row["object_name"])
        word = WORDS.get(row["action"], "")
        matching = [one for one in self.triggers if one.object in {"", name} and word in one.events]
        for trigger in matching:
            event = self._event(row, name, word)
            if trigger.url:
                self.deliveries.append(Delivery(event, trigger.url, row["at"]))
            else:
                self._waiting[event.id] = event

    def _event(self, row: Record, name: str, word: str) -> Event:
        key, record_id = str(row["object_key"]), str(row["object_id"])
        entity = None if row["entity"] is None else self.books.get("location", row["entity"])
        told = {"entity": "" if entity is None else entity["id"], "user": row["user"]}
        table = str(row["object_name"])
        context = {
            "COMPANY": self.company_id,
            "ENTITY": told["entity"],
            "USER": told["user"],
            "OBJECTNAME": XML_NAMES.get(table, table.replace("_", "").upper()),
            "RESTOBJECTNAME": name,
            "ID": record_id,
            "KEY": key,
            "EVENT": word,
            "TIMESTAMP": row["at"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        payload = {"object": name, "key": key, "id": record_id, "event": word, **told}
        return Event(uuid.uuid4().hex, payload, context)


def encoded(members: Mapping[str, Any] | Iterable[Any]) -> str:
    """Write JSON in base64, as contexts and payloads travel."""
    return base64.b64encode(json.dumps(members).encode()).decode()
