"""The one way out to Sage Intacct: a pooled HTTP client that talks to known hosts only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import httpx

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 40.0
_POOL = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=20.0)
_SAGE_DOMAIN = ".intacct.com"


class ForeignHostError(httpx.UnsupportedProtocol):
    """A request to a host that is neither Sage Intacct's nor configured; nothing was sent."""


class AllowedHostsTransport(httpx.BaseTransport):
    """Lets requests through to `*.intacct.com` over https, and to exactly the configured hosts.

    Sage's answers name endpoints (the session's URL): a forged one must not receive credentials.
    """

    def __init__(self, inner: httpx.BaseTransport, *, urls: Iterable[str]) -> None:
        """`urls` are the configured addresses; their scheme, host and port are allowed as such."""
        self._inner = inner
        self._configured = frozenset(_origin(url) for url in urls)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request if its host is allowed.

        Raises:
            ForeignHostError: it is not; nothing was sent.
        """
        if not self.allows(str(request.url)):
            message = f"{request.url.host} is no host of Sage Intacct and not configured"
            raise ForeignHostError(message, request=request)
        return self._inner.handle_request(request)

    def allows(self, url: str) -> bool:
        """Whether a request to this address may leave."""
        scheme, host, port = _origin(url)
        if scheme == "https" and port == 443 and host.endswith(_SAGE_DOMAIN):  # noqa: PLR2004
            return True
        return (scheme, host, port) in self._configured

    def close(self) -> None:
        """Close the pooled connections."""
        self._inner.close()


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, (parts.hostname or "").lower(), port


def allowed_transport(*urls: str, inner: httpx.BaseTransport | None = None) -> httpx.BaseTransport:
    """The process's pooled connections, certificates verified; `urls` are the configured ones.

    `inner` replaces the network in tests.
    """
    network = inner or httpx.HTTPTransport(limits=_POOL, retries=0)
    return AllowedHostsTransport(network, urls=urls)


def http_client(
    transport: httpx.BaseTransport, *, on_request: Callable[[httpx.Request], None] | None = None
) -> httpx.Client:
    """A client over those connections: explicit timeouts, no redirects, no proxy from outside.

    Several clients may share one transport; `on_request` sees each request before it leaves.
    """
    return httpx.Client(
        transport=transport,
        timeout=httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "cartledger"},
        event_hooks={"request": [on_request] if on_request else []},
    )
