"""A tenant's secret for Sage Intacct, checked as a whole (docs/architecture.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.connections.errors import ConnectionStoreError, CredentialsMissingError
from shared.secrets import SecretMissingError, SecretStore

_OPTIONAL = frozenset({"refresh_token"})
_READING = {
    "username": "reading_username",
    "user_password": "reading_user_password",
    "refresh_token": "reading_refresh_token",
}


@dataclass(frozen=True, slots=True)
class IntacctCredentials:
    """The members of the secret; none of them shows in a repr.

    `username` is `userId@companyId`. With `refresh_token` (from an administrator's consent) that
    grant is used instead of client credentials.
    """

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    username: str = field(repr=False)
    sender_id: str = field(repr=False)
    sender_password: str = field(repr=False)
    user_password: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)

    @property
    def digest(self) -> str:
        """What this set of credentials is recognised by."""
        joined = "\x00".join(getattr(self, member.name) for member in fields(self))
        return hashlib.sha256(joined.encode()).hexdigest()


def username_of(company_id: str, user_id: str) -> str:
    """The user in Sage's notation for tokens: `userId@companyId`, case-sensitive."""
    return f"{user_id}@{company_id}"


class TenantCredentials:
    """Reads and checks the secret of one tenant."""

    def __init__(
        self,
        secrets: SecretStore,
        name: str,
        *,
        company_id: str,
        user_id: str,
        needs_password: bool = True,
        is_reading: bool = False,
    ) -> None:
        """`company_id` and `user_id` are the tenant's configuration; the secret must agree.

        With `is_reading` the second user is meant: its name and password have members of their own
        (`reading_username`, `reading_user_password`), all others are the same.

        Without `needs_password` the secret may lack the user's password: XML sessions come by the
        REST token then.
        """
        self._secrets = secrets
        self._name = name
        self._optional = _OPTIONAL if needs_password else _OPTIONAL | {"user_password"}
        self._username = username_of(company_id, user_id)
        self._members = _READING if is_reading else {}

    def __repr__(self) -> str:
        """Name the secret."""
        return f"TenantCredentials({self._name!r})"

    def current(self) -> IntacctCredentials:
        """The credentials, as they were read within the last minutes.

        Raises:
            CredentialsMissingError: the secret is missing or incomplete, or belongs to another
                user or company; all that is wrong is named, nothing of its content.
            ConnectionStoreError: Secrets Manager could not be used.
        """
        return self._read(self._secrets.get)

    def reread(self) -> IntacctCredentials:
        """The credentials as they are now, for when the known ones were refused.

        Raises:
            CredentialsMissingError: as `current`.
        """
        return self._read(self._secrets.reread)

    def _read(self, read: Callable[[str], Mapping[str, Any]]) -> IntacctCredentials:
        try:
            members = read(self._name)
        except SecretMissingError as exc:
            raise CredentialsMissingError(str(exc)) from None
        except (BotoCoreError, ClientError) as exc:
            message = f"the secret {self._name} could not be read"
            raise ConnectionStoreError(message) from exc
        return self._checked(members)

    def _checked(self, members: Mapping[str, Any]) -> IntacctCredentials:
        names = [member.name for member in fields(IntacctCredentials)]
        given = {name: members.get(self._members.get(name, name)) for name in names}
        missing = [
            self._members.get(name, name)
            for name, value in given.items()
            if name not in self._optional and (not isinstance(value, str) or not value)
        ]
        problems = [f"lacks {', '.join(missing)}"] if missing else []
        username = str(given["username"] or "")
        # `|entity` may follow; sandbox and production companies must never be mixed up.
        if username and username.partition("|")[0] != self._username:
            problems.append("names another user or company than the tenant's configuration")
        if problems:
            message = f"the secret {self._name} {' and '.join(problems)}"
            raise CredentialsMissingError(message)
        return IntacctCredentials(**{name: value or "" for name, value in given.items()})
