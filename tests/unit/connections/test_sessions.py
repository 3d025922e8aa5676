"""XML sessions for the whole fleet: one login per entity, and an end that slides for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto import mock_aws

from intacct.errors import CredentialsError
from intacct.xml.sessions import Session, SessionSource
from shared.connections.credentials import IntacctCredentials
from shared.connections.sessions import SharedSessions
from shared.connections.single_flight import Outcome
from tests.unit.connections.support import Fleet

ENDPOINT = "https://www-p501.intacct.com/ia/xml/xmlgw.phtml"
HOUR = timedelta(hours=1)


class Desk:
    """Opens session-1, session-2 ... and remembers where; refuses the passwords it is told to."""

    def __init__(self, fleet: Fleet, life: timedelta = HOUR) -> None:
        self.fleet = fleet
        self.life = life
        self.opened: list[str] = []
        self.tried: list[str] = []
        self.refused: set[str] = set()

    def __call__(self, credentials: IntacctCredentials, entity: str) -> Session:
        self.tried.append(credentials.user_password)
        if credentials.user_password in self.refused:
            message = "sign-in refused"
            raise CredentialsError(message)
        self.opened.append(entity)
        name = f"session-{len(self.opened)}"
        return Session(name, ENDPOINT, self.fleet.clock() + self.life, entity="whatever")

    def worker(self, tenant: str = "acme") -> SharedSessions:
        return SharedSessions(
            tenant,
            self.fleet.credentials(),
            self,
            username="ws@ACME",
            table=self.fleet.table(),
            vault=self.fleet.vault(),
            around=self.fleet.around(),
        )


@pytest.fixture
def desk() -> Iterator[Desk]:
    with mock_aws():
        yield Desk(Fleet())


def test_each_entity_has_one_session_for_all_workers(desk: Desk) -> None:
    ids = [desk.worker().current(entity).id for entity in ("100", "200", "100", "")]
    assert ids == ["session-1", "session-2", "session-1", "session-3"]
    assert desk.opened == ["100", "200", ""]


def test_a_session_comes_with_its_endpoint_and_the_entity_that_was_asked_for(desk: Desk) -> None:
    source: SessionSource = desk.worker()
    for session in (source.current("100"), desk.worker().current("100")):
        assert session.endpoint == ENDPOINT
        assert session.entity == "100"
        assert "session-1" not in repr(session)


def test_a_refused_session_is_replaced_once_for_everybody(desk: Desk) -> None:
    first, second = desk.worker(), desk.worker()
    old = first.current("100")
    second.current("100")
    assert first.renewed("100", old).id == "session-2"
    assert second.renewed("100", old).id == "session-2"
    assert desk.opened == ["100", "100"]


def test_a_session_that_is_used_lives_on_for_all_workers(desk: Desk) -> None:
    worker = desk.worker()
    for _ in range(12):
        session = worker.current("100")
        desk.fleet.clock.pass_time(1800)
        worker.seen(session, desk.fleet.clock() + HOUR)
    assert desk.worker().current("100").id == "session-1"
    assert desk.opened == ["100"]


def test_a_session_that_nobody_uses_ends(desk: Desk) -> None:
    desk.worker().current("100")
    desk.fleet.clock.pass_time(3601)
    assert desk.worker().current("100").id == "session-2"


def test_a_sliding_end_is_written_at_most_once_a_minute(desk: Desk) -> None:
    worker = desk.worker()
    session = worker.current("100")
    desk.fleet.clock.pass_time(100)
    worker.seen(session, desk.fleet.clock() + HOUR)
    written = desk.fleet.item("SESSION#acme", "ws@ACME|100")["expires_at"]
    desk.fleet.clock.pass_time(59)
    worker.seen(session, desk.fleet.clock() + HOUR)
    assert desk.fleet.item("SESSION#acme", "ws@ACME|100")["expires_at"] == written
    desk.fleet.clock.pass_time(2)
    worker.seen(session, desk.fleet.clock() + HOUR)
    assert desk.fleet.item("SESSION#acme", "ws@ACME|100")["expires_at"] != written


def test_a_sliding_end_never_moves_back_nor_brings_a_refused_session_to_life(desk: Desk) -> None:
    first, second = desk.worker(), desk.worker()
    session = first.current("100")
    item = desk.fleet.item("SESSION#acme", "ws@ACME|100")
    second.seen(session, desk.fleet.clock() + timedelta(minutes=30))
    assert desk.fleet.item("SESSION#acme", "ws@ACME|100") == item
    first.renewed("100", session)
    third = desk.worker()
    third.seen(session, desk.fleet.clock() + timedelta(hours=9))
    assert desk.worker().current("100").id == "session-2"


def test_a_session_is_renewed_shortly_before_its_end(desk: Desk) -> None:
    desk.worker().current("100")
    desk.fleet.clock.pass_time(3600 - 60 - 119)
    assert desk.worker().current("100").id == "session-2"


def test_a_short_session_is_not_renewed_at_every_call(desk: Desk) -> None:
    desk.life = timedelta(seconds=60)
    desk.worker().current("100")
    desk.fleet.clock.pass_time(40)
    assert desk.worker().current("100").id == "session-1"


def test_a_refused_password_is_not_tried_at_once_again(desk: Desk) -> None:
    desk.refused = {"s-user"}
    for _ in range(4):
        with pytest.raises(CredentialsError):
            desk.worker().current("100")
    assert desk.tried == ["s-user"]


def test_a_password_that_was_changed_is_read_again(desk: Desk) -> None:
    worker = desk.worker()
    old = worker.current("100")
    desk.refused = {"s-user"}
    desk.fleet.change_secret(user_password="s-other")
    assert worker.renewed("100", old).id == "session-2"


def test_a_schedule_opens_what_is_missing(desk: Desk) -> None:
    worker = desk.worker()
    ahead = timedelta(minutes=15)
    assert worker.keep_fresh("100", ahead=ahead) is Outcome.RENEWED
    assert worker.keep_fresh("100", ahead=ahead) is Outcome.FRESH
    desk.fleet.clock.pass_time(3600 - 14 * 60)
    assert worker.keep_fresh("100", ahead=ahead) is Outcome.RENEWED


def test_a_session_of_one_entity_does_not_open_for_another(desk: Desk) -> None:
    desk.worker().current("100")
    moved = {
        **desk.fleet.item("SESSION#acme", "ws@ACME|100"),
        "sk": {"S": "ws@ACME|200"},
    }
    desk.fleet.dynamodb.put_item(TableName="connections", Item=moved)
    assert desk.worker().current("200").id == "session-2"
