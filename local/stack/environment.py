"""The environment of our processes: what they need, nothing of the developer's own cloud."""

from __future__ import annotations

import os

REGION = "us-east-1"
ACCESS_KEY = "test"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "USER", "SHELL", "SSL_CERT_FILE", "SSL_CERT_DIR")


def bare() -> dict[str, str]:
    """What any process needs; no profile, no proxy, no credentials, no Python path."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def for_building() -> dict[str, str]:
    """`bare` and whatever says how pip reaches its index: mirrors, proxies, certificates."""
    marks = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "XDG_CONFIG")
    index = {name: value for name, value in os.environ.items() if name.upper().startswith(marks)}
    return bare() | index


def for_aws(endpoint_url: str) -> dict[str, str]:
    """`bare` and the way to the embedded AWS; no mistake can lead to the developer's own."""
    return bare() | {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "*",
    }
