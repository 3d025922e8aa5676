"""Adobe's public keys: fetched from one pinned host only, kept a day (carts reference §5.2).

The path of a key stands in a header that anybody can write. It must have exactly the documented
form, and is only ever appended to our host; who may cause a fetch is limited further by the client
id, which is compared first.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from carts.adapter import CartApiError

HOST = "https://static.adobeioevents.com"
"""The only host that keys are fetched from."""

KEPT_SECONDS = 24 * 3600.0
"""How long a key is kept at most, as Adobe asks."""

MISSING_KEPT_SECONDS = 300.0
"""How long it is remembered that there is no such key, so that a forger cannot make us ask on."""

MOST_KEPT = 64

_PATH = re.compile(r"/prod/keys/pub-key-[0-9a-f-]{1,64}\.pem")
_TIMEOUT_SECONDS = 3.0
_LARGEST_KEY_BYTES = 16 * 1024

Fetch = Callable[[str], bytes | None]
"""Gives the bytes at an address, None when there are none; raises `CartApiError` when unsure."""


@dataclass(frozen=True, slots=True)
class _Kept:
    pem: bytes | None
    until: float


class AdobeKeys:
    """Public keys by their path, fetched on first use and kept in this process."""

    def __init__(
        self, fetch: Fetch | None = None, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`fetch` reaches the host, `monotonic` gives seconds that never go back."""
        self._fetch = fetch or fetch_from_adobe
        self._monotonic = monotonic
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def key(self, path: str) -> bytes | None:
        """The key at the path in PEM; None when the path has another form or there is no key.

        Raises:
            CartApiError: the host could not be asked; the delivery must come again.
        """
        if not _PATH.fullmatch(path):
            return None
        now = self._monotonic()
        kept = self._kept.get(path)
        if kept is None or kept.until <= now:
            pem = self._fetch(HOST + path)
            seconds = MISSING_KEPT_SECONDS if pem is None else KEPT_SECONDS
            kept = _Kept(pem, now + seconds)
            self._kept[path] = kept
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return kept.pem


def fetch_from_adobe(url: str) -> bytes | None:
    """The key at the address; follows no redirect.

    Raises:
        CartApiError: the host could not be reached, or answered something else than a key.
    """
    import httpx  # noqa: PLC0415  # loaded by the first event of Adobe only

    try:
        response = httpx.get(url, timeout=_TIMEOUT_SECONDS, follow_redirects=False)
    except httpx.TransportError as exc:
        message = "Adobe's public key could not be fetched"
        raise CartApiError(message) from exc
    if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN):
        return None
    if response.status_code != httpx.codes.OK or len(response.content) > _LARGEST_KEY_BYTES:
        message = "Adobe's public key could not be fetched"
        raise CartApiError(message)
    return response.content
