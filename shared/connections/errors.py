"""Why a token or session could not be had. Nothing was sent to Sage Intacct in any of these."""

from __future__ import annotations

from intacct.errors import CredentialsError, NotSentError


class ConnectionBusyError(NotSentError):
    """Somebody else is renewing the connection and took too long: come back later."""

    is_ours = True


class ConnectionStoreError(NotSentError):
    """The shared connections could not be read or written, or KMS did not open them."""

    is_ours = True


class LeaseRanOutError(NotSentError):
    """The right to renew ended before the sign-in left: somebody else may be at it by now."""

    is_ours = True


class CredentialsMissingError(CredentialsError):
    """The tenant's secret lacks members, or names another company; all problems are named."""


class ForeignCompanyError(CredentialsError):
    """The company is of the kind that this stage does not work with: nothing is sent to it."""
