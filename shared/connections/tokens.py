"""REST tokens shared by the fleet: `intacct.rest.auth.TokenSource` over the connections table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from intacct.errors import CredentialsError, NotSentError, OutcomeUnknownError
from intacct.rest.auth import Token, TokenEndpoint
from shared.connections.credentials import IntacctCredentials, TenantCredentials
from shared.connections.records import NEVER, ConnectionKey, Fresh, Lease, digest_of
from shared.connections.single_flight import Outcome, SingleFlight, Surroundings, insist_on
from shared.connections.table import ConnectionTable
from shared.connections.vault import UnreadableError, Vault

EndpointMaker = Callable[[IntacctCredentials], TokenEndpoint]
"""The token endpoint for these credentials."""

# A refresh token that was replaced is kept this long, for when the replacement got lost (§4.3).
_PREVIOUS_KEPT = timedelta(hours=24)
_MARGIN = timedelta(seconds=60)


class SharedTokens:
    """The one token of a tenant's user; a new one invalidates the old (REST reference §3.4)."""

    def __init__(
        self,
        tenant: str,
        credentials: TenantCredentials,
        endpoint: EndpointMaker,
        *,
        username: str,
        table: ConnectionTable,
        vault: Vault,
        around: Surroundings,
    ) -> None:
        """`username` is `userId@companyId`: there is one connection per user and company."""
        key = ConnectionKey("token", tenant, username)
        issuer = _TokenIssuer(
            key=key,
            credentials=credentials,
            endpoint=endpoint,
            table=table,
            vault=vault,
            around=around,
        )
        self._flight = SingleFlight(key, issuer, table, vault, around)

    def __repr__(self) -> str:
        """Name the connection, never its value."""
        return f"SharedTokens({self._flight!r})"

    def current(self) -> str:
        """A token that should still be good.

        Raises:
            CredentialsError: the credentials are refused.
            NotSentError: no token could be had now; nothing was sent.
        """
        return self._flight.current().text

    def renewed(self, *, rejected: str) -> str:
        """A newer token than the refused one.

        Raises:
            As `current`.
        """
        return self._flight.renewed(rejected).text

    def keep_fresh(self, *, ahead: timedelta) -> Outcome:
        """Renew the token if it is due or ends within `ahead`.

        Raises:
            As `current`.
        """
        return self._flight.keep_fresh(ahead=ahead)


class _TokenIssuer:
    """Mints or refreshes a token under a lease, and publishes both tokens in one write."""

    def __init__(
        self,
        *,
        key: ConnectionKey,
        credentials: TenantCredentials,
        endpoint: EndpointMaker,
        table: ConnectionTable,
        vault: Vault,
        around: Surroundings,
    ) -> None:
        self._key = key
        self._credentials = credentials
        self._endpoint = endpoint
        self._table = table
        self._vault = vault
        self._around = around

    def credentials_digest(self) -> str:
        return self._credentials.current().digest

    def newest_digest(self) -> str:
        return self._credentials.reread().digest

    def issue(self, lease: Lease) -> Fresh:
        used = self._credentials.current()
        try:
            token = self._token(used, lease)
        except CredentialsError:
            now = self._credentials.reread()
            if now.digest == used.digest:
                raise
            token = self._token(now, lease)  # the secret was rotated: once with the new one
        return self._fresh(token)

    def publish(self, lease: Lease, fresh: Fresh) -> bool:
        sealed = self._vault.seal(fresh.text, self._key.encryption_context("value"))
        return self._table.publish(lease, fresh, sealed=sealed, refresh=self._kept(lease, fresh))

    def _kept(self, lease: Lease, fresh: Fresh) -> dict[str, Any]:
        """What the record then says of the refresh token; nothing where none is used."""
        seed = self._credentials.current().refresh_token
        if not seed or not fresh.refresh_text:
            return {}
        now = self._around.clock()
        context = self._key.encryption_context("refresh")
        kept: dict[str, Any] = {
            "refresh_sealed": self._vault.seal(fresh.refresh_text, context),
            "refresh_origin": digest_of(seed),
        }
        if lease.before.refresh_sealed:
            kept["refresh_previous"] = lease.before.refresh_sealed
            kept["refresh_previous_until"] = now + _PREVIOUS_KEPT
        return kept

    def _token(self, used: IntacctCredentials, lease: Lease) -> Token:
        endpoint = self._endpoint(used)
        insist_on(lease, self._around.clock())
        if not used.refresh_token:
            return endpoint.client_credentials(used.username)
        if not self._table.note_intent(lease, at=self._around.clock()):
            message = "the lease was lost before the refresh was sent"
            raise NotSentError(message)
        refusal: CredentialsError | None = None
        for candidate in self._refresh_tokens(used, lease):
            insist_on(lease, self._around.clock())
            try:
                return endpoint.refresh(candidate)
            except CredentialsError as exc:
                refusal = exc
            except OutcomeUnknownError as exc:
                # The intent stays written: who comes next tries the kept token, then the former.
                message = "a refresh was sent and its answer was lost"
                raise NotSentError(message, status=exc.status) from exc
        message = "every refresh token is refused: an administrator must consent again"
        raise CredentialsError(message) from refusal

    def _refresh_tokens(self, used: IntacctCredentials, lease: Lease) -> list[str]:
        """What may be tried, in order: the kept one, and after a lost answer the former too."""
        before = lease.before
        if not before.refresh_sealed or before.refresh_origin != digest_of(used.refresh_token):
            return [used.refresh_token]  # the first time, or after a new consent
        candidates = [before.refresh_sealed]
        was_lost = before.intent_at > NEVER
        if was_lost and before.refresh_previous_until > self._around.clock():
            candidates.append(before.refresh_previous)
        context = self._key.encryption_context("refresh")
        opened = []
        for sealed in candidates:
            try:
                opened.append(self._vault.open(sealed, context))
            except UnreadableError:
                continue
        return opened or [used.refresh_token]

    def _fresh(self, token: Token) -> Fresh:
        """Renew at 70 to 80 % of its life, so that the fleet does not do so at one instant."""
        now = self._around.clock()
        life = max(token.expires_at - now, timedelta(0))
        return Fresh(
            text=token.access_token,
            obtained_at=now,
            expires_at=token.expires_at - min(_MARGIN, life * 0.1),
            renew_at=now + life * self._around.uniform(0.70, 0.80),
            refresh_text=token.refresh_token,
        )
