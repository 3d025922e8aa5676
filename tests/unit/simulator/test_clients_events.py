"""Change events: the pull queue, and webhooks signed and tried again by Sage's timetable."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import jwt
import pytest

from local.intacct_simulator.company import Company
from local.intacct_simulator.webhooks import Webhooks, post_to_loopback
from tests.unit.simulator.rest_desk import Rest
from tests.unit.simulator.xml_desk import Desk, customer, function

CUSTOMERS = "accounts-receivable/customer"
HERE = "http://127.0.0.1:9/hook"


class Receiver:
    """Takes webhooks and answers with statuses prepared before."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[str, bytes, Mapping[str, str]]] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.got.append((url, body, headers))
        return self.statuses.pop(0) if self.statuses else 200


def decoded(text: str) -> Any:
    return json.loads(base64.b64decode(text))


def claims_of(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


def pulled(rest: Rest) -> Any:
    return rest.send("GET", "/services/delivery/event/list", expect=200).json()["ia::result"]


def test_events_wait_until_they_are_acknowledged(company: Company, rest: Rest) -> None:
    company.events.add(object=CUSTOMERS)
    rest.customer()
    rest.patch(CUSTOMERS, "1", {"name": "Bo"})

    first, again = pulled(rest), pulled(rest)

    assert [decoded(one["payload"])["event"] for one in first["events"]] == [
        "after_create",
        "after_update",
    ]
    assert [one["eventId"] for one in again["events"]] == [
        one["eventId"] for one in first["events"]
    ]
    context = decoded(first["events"][0]["context"])
    assert (context["RESTOBJECTNAME"], context["KEY"], context["ID"]) == (CUSTOMERS, "1", "C-1")
    rest.send("POST", "/services/delivery/event/ack", {"ackId": first["ackId"]}, expect=200)
    assert pulled(rest) == []
    count = rest.send("GET", "/services/delivery/event/count").json()["ia::result"]
    assert count == {"count": 0}


def test_an_unknown_acknowledgement_is_refused(rest: Rest) -> None:
    rest.send("POST", "/services/delivery/event/ack", {"ackId": "none"}, expect=400)


def test_only_what_a_trigger_names_becomes_an_event(company: Company, rest: Rest) -> None:
    rest.customer("C-0")
    company.events.add(object=CUSTOMERS, events=["after_delete"])
    rest.customer("C-1")
    rest.send("DELETE", f"/objects/{CUSTOMERS}/1", expect=204)

    assert [decoded(one["payload"])["id"] for one in pulled(rest)["events"]] == ["C-0"]


def test_what_xml_writes_is_an_event_too(
    company: Company, client: httpx.Client, rest: Rest
) -> None:
    company.events.add(object=CUSTOMERS)

    client.post("/ia/xml/xmlgw.phtml", content=Desk().document(function(customer("C-9"))))

    assert decoded(pulled(rest)["events"][0]["context"])["ID"] == "C-9"


def test_a_webhook_is_signed_over_its_raw_body(company: Company, rest: Rest) -> None:
    receiver = Receiver()
    company.events.add(object=CUSTOMERS, url=HERE)
    rest.customer()

    Webhooks(company, receiver).deliver_due()

    url, body, headers = receiver.got[0]
    token = headers["X-IA-Sage-Signature"]
    claims = claims_of(token)
    signed, _, mac = token.rpartition(".")
    secret = company.credentials.client_secret.encode()
    expected = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(mac + "=") == expected
    assert url == HERE
    assert json.loads(body)["event"] == "after_create"
    assert claims["payload_signature"] == hashlib.sha256(body).hexdigest()
    assert (claims["iss"], claims["tenant_id"]) == ("Sage Intacct", company.credentials.company_id)
    assert claims["exp"] - claims["iat"] == 3_600_000
    assert decoded(headers["X-ClientContext"])["EVENT"] == "after_create"
    assert headers["Idempotency-Key"]


def test_form_and_unit_of_the_signature_can_be_switched(company: Company, rest: Rest) -> None:
    company.switches.webhook_signature, company.switches.webhook_time_unit = "base64", "s"
    receiver = Receiver()
    company.events.add(object=CUSTOMERS, url=HERE)
    rest.customer()

    Webhooks(company, receiver).deliver_due()

    held = decoded(receiver.got[0][2]["X-IA-Sage-Signature"])
    claims = claims_of(held["signature"])
    assert held["clientId"] == company.credentials.client_id
    assert claims["exp"] - claims["iat"] == 3600


def test_a_webhook_is_tried_again_after_10_30_and_90_seconds(company: Company, rest: Rest) -> None:
    receiver = Receiver(503, 0, 429, 500)
    webhooks = Webhooks(company, receiver)
    company.events.add(object=CUSTOMERS, url=HERE)
    rest.customer()

    tried = [webhooks.deliver_due()]
    for seconds in (9, 1, 29, 1, 89, 1, 1000):
        company.clock.advance(seconds)
        tried.append(webhooks.deliver_due())

    assert tried == [1, 0, 1, 0, 1, 0, 1, 0]
    delivery = company.events.deliveries[0]
    assert (delivery.attempts, delivery.last_status, delivery.state) == (4, 500, "dead")
    assert len({headers["Idempotency-Key"] for _, _, headers in receiver.got}) == 1


@pytest.mark.parametrize(("status", "state"), [(200, "delivered"), (404, "dead"), (401, "dead")])
def test_other_answers_end_the_delivery(
    company: Company, rest: Rest, status: int, state: str
) -> None:
    company.events.add(object=CUSTOMERS, url=HERE)
    rest.customer()

    Webhooks(company, Receiver(status)).deliver_due()

    assert company.events.deliveries[0].state == state


def test_triggers_are_set_up_by_the_admin_api(client: httpx.Client, rest: Rest) -> None:
    made = client.post("/_sim/triggers", json={"object": CUSTOMERS}).json()
    rest.customer()
    told = client.get("/_sim/triggers").json()

    assert made["triggers"][0]["object"] == CUSTOMERS
    assert told["waiting"] == 1
    assert client.delete("/_sim/triggers").json()["triggers"] == []
    for wrong in ({"url": "http://example.com/"}, {"events": ["before_create"]}, {"colour": "red"}):
        assert client.post("/_sim/triggers", json=wrong).status_code == 400


def test_a_webhook_reaches_a_listener_on_loopback() -> None:
    heard: list[tuple[str, bytes]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that the library calls
            length = int(self.headers["Content-Length"])
            heard.append((self.headers["X-ClientContext"], self.rfile.read(length)))
            self.send_response(503 if len(heard) > 1 else 200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        address = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        statuses = [post_to_loopback(address, b"{}", {"X-ClientContext": "e30="}) for _ in range(2)]
        server.shutdown()
        thread.join()

    assert statuses == [200, 503]
    assert heard == [("e30=", b"{}")] * 2
    assert post_to_loopback(address, b"{}", {}) == 0
