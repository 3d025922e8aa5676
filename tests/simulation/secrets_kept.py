"""Secrets Manager and KMS as a process meets them, without their calls: no faults strike there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from tests.simulation.company import Company
from tests.simulation.histories import SECRET

_SECRET_SECONDS = 300.0


class StoreSecrets:
    """The secrets of stores: all stores sign with the same one."""

    def get(self, name: str) -> Mapping[str, Any]:
        """The secret's members."""
        del name
        return {"webhook_secrets": [SECRET]}


class IntacctSecret:
    """A company's secret, in place of Secrets Manager; what was read is known for some minutes."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._known = ("", "")
        self._read_at = -_SECRET_SECONDS

    def get(self, name: str) -> dict[str, Any]:
        """The secret's members, as they were lately."""
        if self._company.now() - self._read_at >= _SECRET_SECONDS:
            return self.reread(name)
        members = ("client_id", "sender_id", "sender_password")
        username = f"ws@{self._company.tenant}"
        secret, refresh = self._known
        known = {"username": username, "client_secret": secret, "user_password": secret}
        known["refresh_token"] = refresh
        return {**dict.fromkeys(members, "x"), **known}

    def reread(self, name: str) -> dict[str, Any]:
        """The secret's members as they are now."""
        company = self._company
        self._known = company.stored_secret, company.consent.stored
        self._read_at = company.now()
        return self.get(name)


class OpenVault:
    """KMS that seals by writing the context beside the text: only binding is kept, not secrecy."""

    def encrypt(self, **request: Any) -> dict[str, Any]:
        """Seal for the context."""
        bound = json.dumps(request["EncryptionContext"], sort_keys=True).encode()
        return {"CiphertextBlob": bound + b"|" + request["Plaintext"]}

    def decrypt(self, **request: Any) -> dict[str, Any]:
        """Open what was sealed for the same context."""
        bound, _, text = cast("bytes", request["CiphertextBlob"]).partition(b"|")
        assert bound == json.dumps(request["EncryptionContext"], sort_keys=True).encode()
        return {"Plaintext": text}
