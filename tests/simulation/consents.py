"""What a company agreed to, where its tokens come by refresh tokens that are used once."""

from __future__ import annotations

import random

from intacct.errors import CredentialsError
from tests.simulation.wire import Wire

_CONSENT_SECONDS = 3600.0


class Consent:
    """What a person at the company agreed to, and the refresh tokens that came of it.

    Each refresh token is good for one refresh. Some companies' service takes the former one as
    long as the newer was not used (FAPI 2.0); others never do, and a lost answer ends the consent
    until a person gives it anew (reliability §4.3).
    """

    def __init__(self, wire: Wire, tenant: str, dice: random.Random) -> None:
        self.is_wanted = dice.random() < 0.4
        self.takes_former = dice.random() < 0.5
        self.stored = self._newest = f"refresh-{tenant}-1" if self.is_wanted else ""
        self._former = ""
        self._given = 1
        self._asked = False
        self._wire = wire
        self._tenant = tenant

    def spend(self, given: str) -> str:
        """The next refresh token in exchange for this one.

        Raises:
            CredentialsError: it was spent, or is unknown; a person is asked to consent again.
        """
        known = {self._newest, self._former if self.takes_former else self._newest}
        if given not in known:
            self._ask()
            message = "invalid_grant"
            raise CredentialsError(message)
        self._former, self._newest = given, self._made()
        return self._newest

    def give(self) -> None:
        """A person consents anew, where that is needed."""
        if self._asked:
            self._asked = False
            self.stored = self._newest = self._made()
            self._former = ""
            self._wire.story.tell(f"somebody at {self._tenant} consents again")

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self._wire.scheduler.at(self._wire.scheduler.now + _CONSENT_SECONDS, self.give)

    def _made(self) -> str:
        self._given += 1
        return f"refresh-{self._tenant}-{self._given}"
