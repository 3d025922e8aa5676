"""Events of the simulated company: its webhooks pass our proof, its queue is pulled and emptied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from intacct.capabilities import Protocol
from intacct.errors import RejectedError
from intacct.events import RecordEvent
from intacct.reading import Kept
from intacct.rest.event_queue import EventQueue, Pulled
from local.intacct_simulator.webhooks import Webhooks
from shared.changes.hints import Heard
from shared.changes.pace import Place
from shared.changes.taking import EventReceipt, EventRequest, Outcome, SageEvents
from shared.policy.changes import ChangePolicy, EventPolicy, SignatureForm
from shared.secrets import SecretMissingError
from shared.tenants.directory import UnknownTenantError
from shared.tenants.models import Tenant
from tests.contract.actions.teller import TODAY, Teller
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.changes.memory import MemoryHints
from tests.unit.changes.rig import tenant

CUSTOMERS = Place("", Kept.CUSTOMER)
STATUS = {Outcome.ACCEPTED: 200, Outcome.UNHANDLED: 200, Outcome.NOT_GENUINE: 401,
          Outcome.NOT_FOUND: 404, Outcome.UNAVAILABLE: 503}  # fmt: skip


@dataclass
class Door:
    """What takes webhooks in, with a directory of one tenant and its secret."""

    known: Tenant
    secrets: dict[str, Mapping[str, Any]]
    clock: FakeClock = field(default_factory=lambda: FakeClock(TODAY))
    hints: MemoryHints = field(default_factory=MemoryHints)
    reviews: MemoryReviews = field(default_factory=MemoryReviews)
    receipts: list[EventReceipt] = field(default_factory=list)
    sent: list[EventRequest] = field(default_factory=list)

    def tenant(self, tenant_id: str) -> Tenant:
        if tenant_id != self.known.id:
            raise UnknownTenantError(tenant_id)
        return self.known

    def get(self, name: str) -> Mapping[str, Any]:
        if name not in self.secrets:
            raise SecretMissingError(name)
        return self.secrets[name]

    reread = get

    def take(self, request: EventRequest) -> EventReceipt:
        events = SageEvents(
            directory=self, secrets=self, secret_prefix="events/", hints=self.hints,
            reviews=lambda: self.reviews, clock=self.clock,
        )  # fmt: skip
        self.receipts.append(events.take(request))
        return self.receipts[-1]

    def post(self, _: str, body: bytes, headers: Mapping[str, str]) -> int:
        lowered = {name.lower(): value for name, value in headers.items()}
        self.sent.append(EventRequest(self.known.id, lowered, body))
        return STATUS[self.take(self.sent[-1]).outcome]

    @property
    def heard(self) -> Mapping[Place, Heard]:
        return self.hints.of_tenant(self.known.id).places


@pytest.fixture
def teller() -> Iterator[Teller]:
    with Teller(Protocol.REST) as teller:
        yield teller


@pytest.fixture
def door(teller: Teller) -> Door:
    return door_of(teller)


def door_of(teller: Teller, **policy: Any) -> Door:
    known, plain = teller.company.credentials, tenant()
    intacct = plain.intacct.model_copy(update={"company_id": known.company_id, "user_id": "us"})
    changes = ChangePolicy(events=EventPolicy(webhooks=True, **policy))
    told = plain.model_copy(update={"intacct": intacct, "changes": changes})
    return Door(
        told, {f"events/{told.id}": {"client_secrets": ["a newer one", known.client_secret]}}
    )


def make_customer(teller: Teller) -> None:
    teller.rest.post(
        "/objects/accounts-receivable/customer", {"id": "C-1", "name": "Ada"}, idempotency_key="c"
    )


def deliver(teller: Teller, door: Door) -> str:
    """Deliver what triggers caused; how the last delivery ended."""
    teller.company.events.collect()
    Webhooks(teller.company, door.post).deliver_due()
    return teller.company.events.deliveries[-1].state


@pytest.mark.parametrize("form", ["jwt", "base64"])
@pytest.mark.parametrize("unit", ["s", "ms"])
def test_a_webhook_of_every_form_becomes_a_hint_and_nothing_else(
    teller: Teller, door: Door, form: str, unit: str
) -> None:
    switches = teller.company.switches
    switches.webhook_signature, switches.webhook_time_unit = form, unit
    teller.company.events.add(object="accounts-receivable/customer", url="http://127.0.0.1:9/")
    make_customer(teller)

    assert deliver(teller, door) == "delivered"

    assert door.heard == {CUSTOMERS: Heard(changed_at=TODAY)}
    assert door.receipts[-1] == EventReceipt(Outcome.ACCEPTED, door.known.id, "customer", 1)


def test_a_company_whose_signature_is_known_takes_no_other(teller: Teller) -> None:
    door = door_of(teller, signature=SignatureForm.WRAPPED)
    teller.company.events.add(object="accounts-receivable/customer", url="http://127.0.0.1:9/")
    make_customer(teller)

    assert deliver(teller, door) == "dead"

    assert (door.receipts[-1].outcome, door.heard) == (Outcome.NOT_GENUINE, {})


def test_a_deletion_is_told_as_one(teller: Teller, door: Door) -> None:
    make_customer(teller)
    teller.company.events.add(object="accounts-receivable/customer", url="http://127.0.0.1:9/")
    teller.rest.delete("/objects/accounts-receivable/customer/1")

    deliver(teller, door)

    assert door.heard == {CUSTOMERS: Heard(gone_at=TODAY)}


def test_what_we_did_ourselves_and_what_is_not_read_is_answered_and_forgotten(
    teller: Teller, door: Door
) -> None:
    mine = teller.company.credentials.user_id
    intacct = door.known.intacct.model_copy(update={"user_id": mine})
    door.known = door.known.model_copy(update={"intacct": intacct})
    teller.company.events.add(url="http://127.0.0.1:9/")
    make_customer(teller)

    assert deliver(teller, door) == "delivered"

    assert {one.outcome for one in door.receipts} == {Outcome.UNHANDLED}
    assert door.heard == {}


def test_a_delivery_can_be_repeated_and_not_bent(teller: Teller, door: Door) -> None:
    teller.company.events.add(object="accounts-receivable/customer", url="http://127.0.0.1:9/")
    make_customer(teller)
    deliver(teller, door)
    (request,) = door.sent
    before = dict(door.heard)

    assert door.take(request).outcome is Outcome.ACCEPTED
    assert door.heard == before
    bent = EventRequest(request.tenant, request.headers, request.body + b" ")
    assert door.take(bent).outcome is Outcome.NOT_GENUINE
    door.clock.pass_time(3_601)
    assert door.take(request).outcome is Outcome.NOT_GENUINE
    assert door.heard == before


def test_what_leads_nowhere_looks_no_secret_up(door: Door) -> None:
    request = EventRequest(door.known.id, {}, b"{}")
    door.secrets.clear()

    for nowhere in ("", "another"):
        assert door.take(EventRequest(nowhere, {}, b"{}")).outcome is Outcome.NOT_FOUND
    door.known = door.known.model_copy(update={"changes": ChangePolicy()})
    assert door.take(request).outcome is Outcome.NOT_FOUND
    assert list(door.reviews.all(door.known.id)) == []


@pytest.mark.parametrize("held", [None, {}, {"client_secrets": "text"}, {"client_secrets": [""]}])
def test_a_missing_secret_is_told_to_a_person_and_sage_sends_again(
    teller: Teller, door: Door, held: Any
) -> None:
    name = f"events/{door.known.id}"
    door.secrets = {} if held is None else {name: held}
    teller.company.events.add(object="accounts-receivable/customer", url="http://127.0.0.1:9/")
    make_customer(teller)

    assert deliver(teller, door) == "waiting"

    (review,) = door.reviews.all(door.known.id)
    assert (review.subject, review.findings[0].place) == (
        "changes::events", f"client_secrets in secret {name}",
    )  # fmt: skip


def listed(teller: Teller) -> Pulled:
    teller.company.events.collect()
    return EventQueue(teller.rest).listed()


def test_the_queue_is_pulled_until_it_is_acknowledged(teller: Teller) -> None:
    user = teller.company.credentials.user_id
    teller.company.events.add(object="accounts-receivable/customer")
    assert listed(teller) == Pulled()
    make_customer(teller)

    pulled, again = listed(teller), listed(teller)

    assert pulled.events == again.events == (RecordEvent(Kept.CUSTOMER, user=user),)
    queue = EventQueue(teller.rest)
    queue.acknowledge(pulled)
    queue.acknowledge(again)
    assert listed(teller) == Pulled()


def test_events_of_what_is_not_read_are_counted_and_taken_off(teller: Teller) -> None:
    teller.company.events.add(object="company-config/department")
    teller.rest.post(
        "/objects/company-config/department", {"id": "D-9", "name": "Nine"}, idempotency_key="d"
    )

    pulled = listed(teller)

    assert (pulled.count, pulled.events) == (1, ())
    EventQueue(teller.rest).acknowledge(pulled)
    assert listed(teller) == Pulled()


def test_an_acknowledgement_in_words_that_sage_does_not_know_is_refused(teller: Teller) -> None:
    """The body of an acknowledgement is not confirmed (U16): the word is a setting."""
    teller.company.events.add(object="accounts-receivable/customer")
    make_customer(teller)
    pulled = listed(teller)

    with pytest.raises(RejectedError):
        EventQueue(teller.rest, ack_member="acknowledge").acknowledge(pulled)

    assert listed(teller).events == pulled.events
