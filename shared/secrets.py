"""Secrets as the use cases see them: by name, cached for a few minutes, re-read when refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretMissingError(LookupError):
    """The secret is absent or no JSON object; the message names it, never its content."""


class SecretStore:
    """Reads JSON secrets from Secrets Manager and keeps each for `max_age_seconds`."""

    def __init__(
        self,
        client: SecretsManagerClient,
        *,
        monotonic: Callable[[], float],
        max_age_seconds: float = 300.0,
    ) -> None:
        """`monotonic` tells the age of what is cached, in seconds."""
        self._client = client
        self._monotonic = monotonic
        self._max_age_seconds = max_age_seconds
        self._cached: dict[str, tuple[float, dict[str, Any]]] = {}

    def __repr__(self) -> str:
        """Say how many secrets are cached, and nothing of them."""
        return f"SecretStore(cached={len(self._cached)})"

    def get(self, name: str) -> dict[str, Any]:
        """The secret's members.

        Raises:
            SecretMissingError: there is no such secret, or it holds no JSON object.
        """
        known = self._cached.get(name)
        if known and self._monotonic() - known[0] < self._max_age_seconds:
            return known[1]
        return self.reread(name)

    def reread(self, name: str) -> dict[str, Any]:
        """The secret as it is now, for when the cached value was refused."""
        try:
            answer = self._client.get_secret_value(SecretId=name)
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
                message = f"the secret {name} does not exist"
                raise SecretMissingError(message) from None
            raise
        try:
            members = json.loads(answer.get("SecretString", ""))
        except json.JSONDecodeError:
            members = None
        if not isinstance(members, dict):
            message = f"the secret {name} holds no JSON object"
            raise SecretMissingError(message)
        self._cached[name] = (self._monotonic(), members)
        return members
