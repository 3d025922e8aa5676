"""XML spoken in a session that the REST token gives, without the user's password."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from intacct.errors import CredentialsError
from shared.connections.errors import CredentialsMissingError
from tests.contract.conftest import Simulator
from tests.contract.connections_rig import CUSTOMER, World

SECRET = "cartledger/test/intacct/acme"


@pytest.fixture
def world(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with mock_aws():
        made = World(simulator, monkeypatch)
        speaks_xml = made.tenant.intacct.model_copy(update={"protocols": {"customer": "xml"}})
        made.tenant = made.tenant.model_copy(update={"intacct": speaks_xml})
        keep_no_password(made)
        made.cold_start()
        yield made
        made.cold_start()


def keep_no_password(world: World) -> None:
    members = {k: v for k, v in world.simulator.secret().items() if k != "user_password"}
    world.secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps(members))


def sign_in_by_rest(world: World) -> None:
    bridged = world.tenant.intacct.model_copy(update={"xml_sign_in": "rest"})
    world.tenant = world.tenant.model_copy(update={"intacct": bridged})


def test_a_customer_is_posted_in_the_session_of_the_token(world: World) -> None:
    sign_in_by_rest(world)

    made = world.create(CUSTOMER)

    assert made.id == CUSTOMER.id
    assert [found.result.key for found in world.books().find(CUSTOMER)] == [made.key]
    assert world.calls_to("core/session/id") == 1


def test_a_session_that_ends_is_given_again(world: World) -> None:
    sign_in_by_rest(world)
    world.create(CUSTOMER)
    world.simulator.post("expire", {})

    assert len(world.books().find(CUSTOMER)) == 1
    # The token had ended with the session: the service refused it once before it gave another.
    assert world.calls_to("core/session/id") == 3


def test_without_the_bridge_the_password_is_missed(world: World) -> None:
    with pytest.raises(CredentialsMissingError, match="user_password") as caught:
        world.create(CUSTOMER)

    assert isinstance(caught.value, CredentialsError)
