"""Seals tokens and sessions under KMS, bound to tenant, entity and purpose (reliability §4.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.connections.errors import ConnectionStoreError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_UNREADABLE = ("InvalidCiphertextException", "IncorrectKeyException")
_MOST_OPENED = 256


class UnreadableError(LookupError):
    """The sealed value belongs to another tenant, entity or purpose, or to another key."""


class Vault:
    """Encrypts and decrypts with one key; what was opened is kept for a few minutes only."""

    def __init__(
        self,
        client: KMSClient,
        key_id: str,
        *,
        monotonic: Callable[[], float],
        max_age_seconds: float = 300.0,
    ) -> None:
        """`monotonic` tells the age of opened values, in seconds."""
        self._client = client
        self._key_id = key_id
        self._monotonic = monotonic
        self._max_age_seconds = max_age_seconds
        self._opened: dict[str, tuple[float, str]] = {}

    def __repr__(self) -> str:
        """Name the key, and nothing that it opened."""
        return f"Vault({self._key_id!r})"

    def seal(self, text: str, context: Mapping[str, str]) -> bytes:
        """The text encrypted for this context.

        Raises:
            ConnectionStoreError: KMS could not be used.
        """
        try:
            answer = self._client.encrypt(
                KeyId=self._key_id, Plaintext=text.encode(), EncryptionContext=dict(context)
            )
        except (ClientError, BotoCoreError) as exc:
            message = "KMS did not seal a connection"
            raise ConnectionStoreError(message) from exc
        sealed = answer["CiphertextBlob"]
        self._keep(_name(sealed, context), text)
        return sealed

    def open(self, sealed: bytes, context: Mapping[str, str]) -> str:
        """The text that was sealed for this context.

        Raises:
            UnreadableError: it was sealed for another context or by another key.
            ConnectionStoreError: KMS could not be used.
        """
        name = _name(sealed, context)
        known = self._opened.get(name)
        if known and self._monotonic() - known[0] < self._max_age_seconds:
            return known[1]
        try:
            answer = self._client.decrypt(
                CiphertextBlob=sealed, KeyId=self._key_id, EncryptionContext=dict(context)
            )
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") in _UNREADABLE:
                message = "the sealed connection was made for another use"
                raise UnreadableError(message) from None
            message = "KMS did not open a connection"
            raise ConnectionStoreError(message) from exc
        except BotoCoreError as exc:
            message = "KMS could not be reached"
            raise ConnectionStoreError(message) from exc
        text = answer["Plaintext"].decode()
        self._keep(name, text)
        return text

    def _keep(self, name: str, text: str) -> None:
        now = self._monotonic()
        self._opened = {
            known: (at, value)
            for known, (at, value) in self._opened.items()
            if now - at < self._max_age_seconds
        }
        if len(self._opened) >= _MOST_OPENED:
            self._opened.clear()
        self._opened[name] = (now, text)


def _name(sealed: bytes, context: Mapping[str, str]) -> str:
    bound = "\x00".join(f"{name}={value}" for name, value in sorted(context.items()))
    return hashlib.sha256(sealed + b"\x00" + bound.encode()).hexdigest()
