"""What leaves for the REST API, and what comes back when it answers oddly or not at all."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from intacct.errors import (
    CredentialsError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RejectedError,
)
from intacct.rest import client as client_module
from intacct.rest.client import CallKind, RestClient
from intacct.transport import allowed_transport, http_client
from tests.unit.intacct.rest.support import FakeTokens, Server, client, created, envelope, refusal

PATH = "/objects/accounts-receivable/customer"


def test_a_write_carries_token_entity_and_idempotency_key() -> None:
    server = Server(created())

    answer = client(server).post(PATH, {"id": "C-1"}, idempotency_key="k-1", entity="100")

    sent = server.requests[0]
    assert str(sent.url) == "https://api.intacct.com/ia/api/v1/objects/accounts-receivable/customer"
    assert sent.headers["Authorization"] == "Bearer token-1"
    assert sent.headers["X-IA-API-Param-Entity"] == "100"
    assert sent.headers["Idempotency-Key"] == "k-1"
    assert sent.headers["Content-Type"] == "application/json"
    assert json.loads(sent.content) == {"id": "C-1"}
    assert answer.reference()["key"] == "417"


def test_a_read_carries_no_idempotency_key_and_the_top_level_no_entity() -> None:
    server = Server(envelope({"key": "1"}))

    client(server).get("/objects/company-config/entity/1", entity="100")
    client(server).get(PATH + "/1")

    for sent in server.requests:
        assert "Idempotency-Key" not in sent.headers
        assert "X-IA-API-Param-Entity" not in sent.headers


def test_a_patch_is_a_write_with_its_own_key() -> None:
    server = Server(envelope({"key": "1"}))

    client(server).patch(PATH + "/1", {"name": "x"}, idempotency_key="k-2")

    assert server.requests[0].method == "PATCH"
    assert server.requests[0].headers["Idempotency-Key"] == "k-2"


@pytest.mark.parametrize("key", ["", "x" * 257])
def test_an_idempotency_key_that_sage_would_not_take_is_refused_here(key: str) -> None:
    server = Server(created())
    with pytest.raises(ValueError, match="idempotency"):
        client(server).post(PATH, {}, idempotency_key=key)
    assert server.requests == []


@pytest.mark.parametrize(
    "refused",
    [
        httpx.Response(401, json={"error": {"code": "tokenInvalid", "errorId": "REST-2102"}}),
        httpx.Response(400, json={"ia::error": {"message": "The token is not valid"}}),
        httpx.Response(403, json={"ia::error": {"code": "GW-0031", "message": "bad JWT"}}),
    ],
)
def test_a_refused_token_is_renewed_and_the_write_sent_once_more(refused: httpx.Response) -> None:
    server, tokens = Server(refused, created()), FakeTokens()

    answer = client(server, tokens=tokens).post(PATH, {"id": "C-1"}, idempotency_key="k")

    assert answer.reference()["key"] == "417"
    assert server.authorizations == ["Bearer token-1", "Bearer token-2"]
    assert tokens.rejected == ["token-1"]
    assert server.requests[0].content == server.requests[1].content


def test_a_token_refused_twice_is_a_matter_for_a_person() -> None:
    server, tokens = Server(httpx.Response(401, json={})), FakeTokens()
    with pytest.raises(CredentialsError):
        client(server, tokens=tokens).post(PATH, {}, idempotency_key="k")
    assert len(server.requests) == 2
    assert tokens.rejected == ["token-1"]


def test_a_plain_bad_request_does_not_renew_the_token() -> None:
    server, tokens = Server(refusal(400)), FakeTokens()
    with pytest.raises(RejectedError):
        client(server, tokens=tokens).get(PATH)
    assert tokens.rejected == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "odd",
    [
        httpx.Response(200, text="<html>maintenance</html>"),
        httpx.Response(200, content=b'{"ia::result": {"key": "4'),
        httpx.Response(200, json=["no", "envelope"]),
        httpx.Response(200, json={"something": "else"}),
        httpx.Response(202, json={"ia::result": {"jobId": "1", "state": "queued"}}),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.Response(201, json={"ia::result": {}, "ia::meta": {}}),
        httpx.Response(
            200, stream=httpx.ByteStream(b"broken"), headers={"Content-Encoding": "gzip"}
        ),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("dropped"),
    ],
)
def test_a_write_without_a_readable_verdict_is_in_doubt(odd: httpx.Response | Exception) -> None:
    server = Server(odd)
    with pytest.raises(OutcomeUnknownError):
        client(server).post(PATH, {}, idempotency_key="k").reference()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "odd",
    [
        httpx.Response(200, text="<html>maintenance</html>"),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.Response(500),
        httpx.ReadTimeout("slow"),
    ],
)
def test_a_read_without_an_answer_may_be_repeated(odd: httpx.Response | Exception) -> None:
    with pytest.raises(NotSentError):
        client(Server(odd)).get(PATH)


def test_an_error_in_a_success_is_a_refusal() -> None:
    body = {"ia::result": {"ia::error": {"errorId": "REST-7001", "message": "no"}}}
    with pytest.raises(RejectedError) as caught:
        client(Server(httpx.Response(200, json=body))).post(PATH, {}, idempotency_key="k")
    assert caught.value.codes == ("REST-7001",)


def test_an_error_names_codes_and_support_id_but_neither_token_nor_payload() -> None:
    server = Server(refusal(422, {"errorId": "GL-1009", "message": "does not balance"}))

    with pytest.raises(RejectedError) as caught:
        client(server).post(PATH, {"name": "Ada Lovelace"}, idempotency_key="k")

    assert caught.value.codes == ("GL-1009", "REST-7001")
    assert caught.value.support_id == "Abc1%7Exyz"
    shown = f"{caught.value} {caught.value!r} {caught.value.__cause__}"
    assert "token-1" not in shown
    assert "Lovelace" not in shown


def test_a_failure_of_the_wire_keeps_no_way_back_to_the_request() -> None:
    with pytest.raises(IntacctError) as caught:
        client(Server(httpx.ReadTimeout("slow"))).get(PATH)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_answer_that_grows_too_large_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "LARGEST_ANSWER_BYTES", 10)
    with pytest.raises(NotSentError, match="too large"):
        client(Server(envelope(["x" * 100]))).get(PATH)


def test_an_answer_that_drips_ends_at_the_deadline() -> None:
    seconds: Iterator[float] = iter([0.0, 1.0, 41.0])

    def drip() -> Iterator[bytes]:
        yield b'{"ia::'
        yield b'result"'

    server = Server(httpx.Response(200, content=drip()))
    with pytest.raises(OutcomeUnknownError, match="too long"):
        client(server, monotonic=lambda: next(seconds)).post(PATH, {}, idempotency_key="k")


def test_an_answer_that_stalls_halfway_ends_at_the_deadline_of_the_whole() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/ia/api/v1"
        stop = threading.Event()

        def answer_half() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                time.sleep(0.8)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
                stop.wait(10)

        thread = threading.Thread(target=answer_half)
        thread.start()
        started = time.monotonic()
        with http_client(allowed_transport(url)) as http:
            asked = RestClient(http, url, FakeTokens(), monotonic=time.monotonic, total_seconds=1.0)
            with pytest.raises(OutcomeUnknownError):
                asked.post(PATH, {}, idempotency_key="k")
        took = time.monotonic() - started
        stop.set()
        thread.join()
    assert took < 1.5  # not 0.8 until the answer begins and 1.0 more


def test_amounts_are_never_read_as_floats() -> None:
    server = Server(httpx.Response(200, text='{"ia::result": {"key": "1", "total": 0.1}}'))
    assert str(client(server).get(PATH).reference()["total"]) == "0.1"


def test_every_call_is_counted_by_its_kind() -> None:
    counted: list[CallKind] = []
    asked = client(Server(envelope({"key": "1"})), count=counted.append)

    asked.get(PATH)
    asked.query({"object": "x", "fields": ["key"]})
    asked.post(PATH, {}, idempotency_key="k")

    assert counted == [CallKind.READ, CallKind.READ, CallKind.WRITE]


def test_the_repr_shows_the_address_only() -> None:
    assert repr(client(Server(envelope({})))) == "RestClient('https://api.intacct.com/ia/api/v1')"
