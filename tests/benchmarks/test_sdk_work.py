"""Our client at the work of the comparison: how many requests and transactions an order takes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from local.intacct_simulator.company import Credentials
from local.intacct_simulator.server import REST_PREFIX, XML_PATH
from local.intacct_simulator.tls import make_certificate
from tests.benchmarks.sdk_ours import Lane, Protocol
from tests.benchmarks.sdk_stub import Stub


@pytest.fixture
def stub() -> Stub:
    return Stub(0.0)


@pytest.fixture
def ready(stub: Stub, tmp_path: Path) -> Iterator[dict[str, Any]]:
    files = make_certificate(tmp_path)
    config = uvicorn.Config(
        stub,
        log_level="critical",
        lifespan="off",
        ws="none",
        ssl_certfile=files.certificate,
        ssl_keyfile=files.key,
    )
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        base = f"https://127.0.0.1:{listening.getsockname()[1]}"
        known = Credentials()
        yield {
            **vars(known),
            "username": known.username,
            "authority": str(files.authority),
            "rest_base_url": base + REST_PREFIX,
            "xml_url": base + XML_PATH,
            "oauth_url": f"{base}{REST_PREFIX}/oauth2/token",
        }
        server.should_exit = True
        thread.join(timeout=10)


@pytest.mark.parametrize(
    ("protocol", "batch", "costs"),
    [
        (Protocol.XML, 10, (0.3, 3.6)),
        (Protocol.REST, 10, (0.5, 3.6)),
        (Protocol.XML, 1, (3.0, 4.5)),
    ],
)
def test_an_order_takes_the_requests_and_transactions_that_the_comparison_tells(
    stub: Stub, ready: dict[str, Any], protocol: Protocol, batch: int, costs: tuple[float, float]
) -> None:
    lane = Lane(protocol, ready, Path(ready["authority"]))
    lane.orders("W", range(batch))  # a session is opened, definitions are learnt
    stub.requests = stub.transactions = 0

    for at in range(0, 20, batch):
        lane.orders("R", range(at, at + batch))

    lane.close()

    assert (stub.requests / 20, stub.transactions / 20) == pytest.approx(costs)
