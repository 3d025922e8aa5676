"""Tenants and secrets, built on first use."""

from __future__ import annotations

import time
from functools import cache

from shared.bootstrap import aws
from shared.secrets import SecretStore
from shared.settings import TenantSettings
from shared.tenants.directory import TenantDirectory


@cache
def tenants() -> TenantDirectory:
    """The process's one directory of tenants."""
    settings = TenantSettings.from_environment()
    return TenantDirectory(aws.dynamodb(), settings.TENANTS_TABLE, monotonic=time.monotonic)


@cache
def secrets() -> SecretStore:
    """The process's one reader of secrets."""
    return SecretStore(aws.secretsmanager(), monotonic=time.monotonic)
