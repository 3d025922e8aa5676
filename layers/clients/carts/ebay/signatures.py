"""ECDSA over P-256 as eBay signs; the only module here that loads `cryptography`."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

_HEAD = "-----BEGIN PUBLIC KEY-----"
_FOOT = "-----END PUBLIC KEY-----"


def is_signed(key: str, signature: bytes, digest: str, message: bytes) -> bool:
    """Whether `signature` (DER) over `message` was made with the key's private half.

    `digest` is SHA1 or SHA256. False for a key that is none, or not on P-256.
    """
    try:
        public = load_pem_public_key(_pem(key))
    except (ValueError, UnsupportedAlgorithm):
        return False
    if not isinstance(public, ec.EllipticCurvePublicKey):
        return False
    if not isinstance(public.curve, ec.SECP256R1):
        return False
    # SHA-1 is what eBay names in its header; forging needs a second preimage, not a collision.
    algorithm = hashes.SHA256() if digest == "SHA256" else hashes.SHA1()  # noqa: S303  # eBay's
    try:
        public.verify(signature, message, ec.ECDSA(algorithm))
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _pem(key: str) -> bytes:
    """EBay answers the PEM on one line; a line feed belongs behind its head and before its foot."""
    middle = key.removeprefix(_HEAD).removesuffix(_FOOT)
    inner = "".join(middle.replace(_FOOT, "").split())
    return f"{_HEAD}\n{inner}\n{_FOOT}\n".encode()
