"""What every connection to Sage Intacct is made of: built on first use, shared by all tenants."""

from __future__ import annotations

import random
import secrets as chance
import time
from functools import cache

import httpx

from intacct.deadlines import DeadlineTransport
from intacct.transport import allowed_transport
from shared.bootstrap import aws
from shared.bootstrap.clock import now
from shared.bootstrap.invocations import seconds_left
from shared.connections.calls import CallCounter, CallRecords
from shared.connections.single_flight import Surroundings
from shared.connections.table import ConnectionTable
from shared.connections.vault import Vault
from shared.settings import IntacctSettings


@cache
def settings() -> IntacctSettings:
    """How Sage Intacct is reached, and where its connections lie.

    Raises:
        pydantic.ValidationError: the environment is incomplete.
    """
    return IntacctSettings.from_environment()


@cache
def transport() -> httpx.BaseTransport:
    """The process's pooled connections, to Sage's hosts only and never beyond the deadline."""
    known = settings()
    allowed = allowed_transport(
        known.INTACCT_REST_URL, known.INTACCT_OAUTH_URL, known.INTACCT_XML_URL
    )
    return DeadlineTransport(allowed, seconds_left)


@cache
def table() -> ConnectionTable:
    """The tokens and sessions of the fleet."""
    return ConnectionTable(aws.dynamodb(), settings().CONNECTIONS_TABLE)


@cache
def vault() -> Vault:
    """What seals them."""
    return Vault(aws.kms(), settings().CONNECTIONS_KEY_ID, monotonic=time.monotonic)


@cache
def surroundings() -> Surroundings:
    """Time, chance and identity of this process."""
    return Surroundings(
        clock=now,
        monotonic=time.monotonic,
        sleep=time.sleep,
        uniform=random.SystemRandom().uniform,
        owner=lambda: chance.token_hex(12),
    )


@cache
def calls() -> CallCounter:
    """The process's count of API transactions, reported once per invocation."""
    return CallCounter()


def call_records() -> CallRecords:
    """Where the counts of all processes come together."""
    return CallRecords(aws.dynamodb(), settings().CONNECTIONS_TABLE)


def forget() -> None:
    """Close the pooled connections and forget what was built here."""
    if transport.cache_info().currsize:
        transport().close()
    for cached in (settings, transport, table, vault, surroundings):
        cached.cache_clear()
