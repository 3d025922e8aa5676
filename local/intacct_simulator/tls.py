"""A certificate for loopback and for Sage's host names, so that clients that insist on TLS connect.

It is signed by an authority that is made with it and that nobody should trust beyond one process:
its key is thrown away as soon as the server's certificate is signed.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

HOSTS = ("localhost", "api.intacct.com", "*.intacct.com")
ADDRESSES = ("127.0.0.1", "::1")
DAYS = 30
_KEY_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class TlsFiles:
    """Where the certificate, its key, and the authority that clients are told to trust lie."""

    certificate: Path
    key: Path
    authority: Path


def make_certificate(directory: Path) -> TlsFiles:
    """Write a new certificate for loopback and for `*.intacct.com` into a directory.

    Raises:
        ImportError: the package `cryptography` is not installed.
        OSError: the directory cannot be written.
    """
    # The simulator runs without this package otherwise.
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    authority, certificate, key = _signed()
    directory.mkdir(parents=True, exist_ok=True)
    files = TlsFiles(directory / "server.pem", directory / "server.key", directory / "ca.pem")
    pem = serialization.Encoding.PEM
    files.authority.write_bytes(authority.public_bytes(pem))
    files.certificate.write_bytes(certificate.public_bytes(pem))
    files.key.touch(mode=0o600)
    form, secret = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files.key.write_bytes(key.private_bytes(pem, form, secret))
    return files


def _signed() -> tuple[Certificate, Certificate, EllipticCurvePrivateKey]:
    """Make an authority, a certificate that it signed, and the key of the latter.

    Both carry the key identifiers without which Python 3.13 trusts no certificate.
    """
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    issuer_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer, subject = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
        for text in ("Simulator of Sage Intacct, throw-away authority", HOSTS[0])
    )
    now = datetime.now(UTC)
    dated = x509.CertificateBuilder(
        issuer,
        not_valid_before=now - timedelta(hours=1),
        not_valid_after=now + timedelta(days=DAYS),
    )
    names = [x509.DNSName(host) for host in HOSTS]
    places = [x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES]
    identifier = x509.SubjectKeyIdentifier.from_public_key(issuer_key.public_key())
    authority = (
        dated.subject_name(issuer)
        .public_key(issuer_key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(**{name: name == "key_cert_sign" for name in _KEY_USES}), critical=True
        )
        .add_extension(identifier, critical=False)
    )
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    certificate = (
        dated.subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectAlternativeName([*names, *places]), critical=False)
        .add_extension(signed_by, critical=False)
    )
    algorithm = hashes.SHA256()
    return authority.sign(issuer_key, algorithm), certificate.sign(issuer_key, algorithm), key
