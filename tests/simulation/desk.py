"""The token endpoint of one company: client credentials or refresh tokens, with faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from intacct.errors import IntacctError, NotSentError, OutcomeUnknownError
from intacct.rest.auth import Token
from tests.simulation.company import Company
from tests.simulation.faults import Fault
from tests.simulation.scheduler import KilledError
from tests.simulation.wire import Wire


@contextmanager
def alone(wire: Wire, company: Company, what: str) -> Iterator[None]:
    """I10: no two processes do this at once, unless one of them lost time lately."""
    if company.at_once[what]:
        company.needless(f"I10: two processes {what} {company.tenant} at once")
    counted = not wire.was_delayed()
    company.at_once[what] += counted
    try:
        yield
    finally:
        company.at_once[what] -= counted


class LoginDesk:
    """The token endpoint of one company, as one process reaches it."""

    def __init__(
        self, wire: Wire, company: Company, secret: str, *, has_intent: Callable[[], bool]
    ) -> None:
        """`secret` is what the process read; `has_intent`: a refresh is written down as begun."""
        self._wire = wire
        self._company = company
        self._secret = secret
        self._has_intent = has_intent

    def client_credentials(self, username: str) -> Token:
        """Sign in."""
        del username
        return self.issue(lambda: "", NotSentError)

    def refresh(self, refresh_token: str) -> Token:
        """A new token for a refresh token, and the next one of those."""
        return self.issue(self.spending(refresh_token), OutcomeUnknownError)

    def spending(self, refresh_token: str) -> Callable[[], str]:
        """How this one is spent; that a refresh is sent must have been written down before."""
        if not self._has_intent():
            tenant = self._company.tenant
            self._company.needless(f"I10: a refresh for {tenant} is sent, and nothing tells of it")
        return lambda: self._company.consent.spend(refresh_token)

    def issue(self, spend: Callable[[], str], lost: type[IntacctError]) -> Token:
        """A token, or `lost` where no answer comes; `spend` gives the next refresh token."""
        company = self._company
        kind = self._wire.strike("sage.token", company.tenant)
        with alone(self._wire, company, "sign in to"):
            self._wire.latency(0.5)
        if kind is Fault.REQUEST_LOST:
            self._unanswered(lost)
        if kind is Fault.UNAVAILABLE:
            message = "please try again later"
            raise NotSentError(message)
        if kind is Fault.SECRET_REVOKED:
            company.revoke_secret(600.0 + self._wire.faults.dice.random() * 7200.0)
        token = company.login(self._secret, spend)
        self._wire.story.tell(f"login {company.logins} of {company.tenant}")
        if kind is Fault.CRASH_AFTER:
            raise KilledError
        if kind is Fault.ANSWER_LOST:
            self._unanswered(lost)
        return token

    def _unanswered(self, lost: type[IntacctError]) -> None:
        self._wire.scheduler.sleep(20.0)
        message = "no token could be had now"
        raise lost(message)
