"""A refused login is one review record, whoever meets it, until every connection is accepted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from intacct.errors import CredentialsError
from shared.connections.keeping import FAILED, REFUSED, Kept, keep_tokens
from shared.connections.records import ConnectionKey
from shared.connections.single_flight import Outcome
from shared.connections.standing import Standing
from shared.postings.findings import Reason
from shared.reviews.records import CONNECTION, ReviewStatus
from shared.tenants.models import Tenant
from tests.fakes import MemoryReviews
from tests.unit.connections.support import Fleet
from tests.unit.connections.test_keeping import tenant

FRESH = Kept("acme", Outcome.FRESH.value)


class Rig:
    """A tenant with two entities, its connections and its review records."""

    def __init__(self) -> None:
        self.fleet = Fleet()
        self.reviews = MemoryReviews()
        self.standing = Standing(self.fleet.table(), self.reviews, self.fleet.clock)
        self.tenant = tenant("acme", "100", "200")

    def refuse(self, key: ConnectionKey) -> None:
        table, now = self.fleet.table(), self.fleet.clock()
        lease = table.lease(key, table.read(key), owner="w", now=now, until=now)
        assert lease is not None
        table.refuse(lease, until=now, secret="digest", refusals=1)

    def keep(self, of: Tenant, is_reading: bool) -> Outcome:  # noqa: FBT001  # called by place
        del of, is_reading
        return self.fleet.worker().keep_fresh(ahead=self.fleet.clock.now - self.fleet.clock.now)

    @property
    def status(self) -> ReviewStatus:
        (review,) = self.reviews.all("acme")
        assert review.subject == CONNECTION
        return review.status


@pytest.fixture
def rig() -> Iterator[Rig]:
    with mock_aws():
        yield Rig()


def test_a_refusal_opens_one_record_and_the_new_secret_closes_it(rig: Rig) -> None:
    rig.fleet.server.refused_secrets = {"s-client"}
    for _ in range(4):
        assert rig.standing.note(rig.tenant, keep_tokens(rig.tenant, rig.keep))
        rig.fleet.clock.pass_time(600)
    before = rig.status

    rig.fleet.change_secret(client_secret="s-new")
    assert not rig.standing.note(rig.tenant, keep_tokens(rig.tenant, rig.keep))

    assert (before, rig.status) == (ReviewStatus.OPEN, ReviewStatus.CLOSED)


def test_the_record_stays_open_while_another_connection_is_refused(rig: Rig) -> None:
    rig.refuse(ConnectionKey("session", "acme", "ws@ACME", "200"))

    assert rig.standing.note(rig.tenant, [FRESH])

    assert rig.status is ReviewStatus.OPEN
    (review,) = rig.reviews.all("acme")
    (finding,) = review.findings
    assert (finding.reason, finding.place) == (
        Reason.REAUTH_REQUIRED,
        "the XML session at entity 200",
    )


def test_each_refused_connection_is_a_finding_and_a_failure_is_none(rig: Rig) -> None:
    rig.refuse(ConnectionKey("token", "acme", "ws@ACME"))
    refused = Kept("acme", REFUSED, "100", CredentialsError("the password expired"))

    rig.standing.note(rig.tenant, [refused, Kept("acme", FAILED, "200")])

    (review,) = rig.reviews.all("acme")
    assert [finding.place for finding in review.findings] == [
        "the REST token",
        "the XML session at entity 100",
    ]
    assert review.findings[1].message == "the password expired"


def test_a_tenant_that_was_never_refused_has_no_record(rig: Rig) -> None:
    assert not rig.standing.note(rig.tenant, [FRESH])
    assert list(rig.reviews.all("acme")) == []
