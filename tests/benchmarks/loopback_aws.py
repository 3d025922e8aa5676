"""An AWS on a loopback port that counts: moto behind HTTP, so that functions are real processes.

The functions under measurement run in processes of their own, as in Lambda; every call that they
make arrives here, is answered by moto, and is written down with its write units.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto import mock_aws
from moto.core.models import botocore_stubber

from tests.benchmarks.write_units import Item, WriteUnits, units_of

REGION = "us-east-1"
_TRANSACTION = "TransactWriteItems"
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", _TRANSACTION})
_HOP_HEADERS = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})
_S3_OPERATIONS = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject"}

Key = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call as it arrived, and what it wrote."""

    service: str
    operation: str
    status: int
    units: WriteUnits = field(default_factory=WriteUnits)


@dataclass(frozen=True, slots=True)
class _Write:
    table: str
    key: Key


class LoopbackAws:
    """An empty AWS account behind `url` while the block lasts."""

    def __init__(self) -> None:
        """Nothing listens yet."""
        self._moto = mock_aws()
        self._lock = threading.RLock()
        self._calls: list[Call] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._moto.start()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and forget everything."""
        self._server.shutdown()
        self._server.server_close()
        self._moto.stop()

    def client(self, service: str) -> Any:
        """A client for preparing and inspecting; its calls are not counted."""
        return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]  # any name

    def taken(self) -> list[Call]:
        """The calls since they were last taken."""
        with self._lock:
            calls, self._calls = self._calls, []
            return calls

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Let moto answer one request, and write down what it was."""
        service = _service(headers)
        operation = _operation(service, method, headers, body)
        request = AWSPreparedRequest(
            method=method,
            url=f"https://{service}.{REGION}.amazonaws.com{path}",
            headers=_headers(headers),
            body=body,
            stream_output=False,
        )
        with self._lock:
            writes = list(_writes(operation, body)) if service == "dynamodb" else []
            before = [self._item(write) for write in writes]
            answered = botocore_stubber.process_request(request)
            assert answered is not None, "moto does not know this address"
            status, answer_headers, content = answered
            units = self._units(operation, writes, before)
            self._calls.append(Call(service, operation, status, units))
        return status, answer_headers, content.encode() if isinstance(content, str) else content

    def _item(self, write: _Write) -> Item:
        answer = self.client("dynamodb").get_item(
            TableName=write.table, Key=write.key, ConsistentRead=True
        )
        item: Item = answer.get("Item", {})
        return item

    def _units(self, operation: str, writes: list[_Write], before: list[Item]) -> WriteUnits:
        in_transaction = operation == _TRANSACTION
        paid = (
            units_of(old, self._item(write), in_transaction=in_transaction)
            for write, old in zip(writes, before, strict=True)
        )
        return sum(paid, start=WriteUnits())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        aws = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, content = aws.answer(
                    self.command, self.path, dict(self.headers), body
                )
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in _HOP_HEADERS:
                        self.send_header(name, str(value))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _answer  # noqa: N815  # its names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
                del format, args

        return Handler


def _headers(headers: Mapping[str, str]) -> HTTPHeaders:
    known = HTTPHeaders()
    for name, value in headers.items():
        known[name] = value
    return known


def _service(headers: Mapping[str, str]) -> str:
    """The service that the request was signed for."""
    scope = headers["Authorization"].partition("Credential=")[2].partition(",")[0]
    return scope.split("/")[3]


def _operation(service: str, method: str, headers: Mapping[str, str], body: bytes) -> str:
    if target := headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    if service == "s3":
        return _S3_OPERATIONS.get(method, method)
    return parse_qs(body.decode()).get("Action", [method])[0]


def _writes(operation: str, body: bytes) -> Iterator[_Write]:
    if operation not in _WRITES:
        return
    request = json.loads(body)
    if operation == _TRANSACTION:
        for member in request["TransactItems"]:
            (action,) = member.values()
            yield _write(action)
    elif operation == "BatchWriteItem":
        for table, members in request["RequestItems"].items():
            for member in members:
                (action,) = member.values()
                yield _write({"TableName": table, **action})
    else:
        yield _write(request)


def _write(action: Mapping[str, Any]) -> _Write:
    attributes = action.get("Key") or action["Item"]
    return _Write(action["TableName"], {name: attributes[name] for name in ("pk", "sk")})
