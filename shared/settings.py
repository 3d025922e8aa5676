"""The environment of the functions, read once and checked; names match `template.yaml`."""

from __future__ import annotations

import os
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Base of all settings: built from the environment, immutable, complete or an error."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    @classmethod
    def from_environment(cls) -> Self:
        """Read every field from the variable of the same name.

        Raises:
            pydantic.ValidationError: a variable is missing or empty; all of them are named.
        """
        return cls.model_validate(dict(os.environ))


class TenantSettings(Settings):
    """Where the tenants' configuration lies."""

    TENANTS_TABLE: str = Field(min_length=1)


class StoreSecretSettings(Settings):
    """Where the stores' secrets lie."""

    STORE_SECRET_PREFIX: str = Field(pattern=r"^[\w/+=.@-]+/$")


class EventSecretSettings(Settings):
    """Where it lies what Sage signs its webhooks with."""

    INTACCT_EVENTS_SECRET_PREFIX: str = Field(pattern=r"^[\w/+=.@-]+/$")


class RawEventsSettings(Settings):
    """Where the raw bodies of deliveries are archived."""

    RAW_EVENTS_BUCKET: str = Field(min_length=1)


class CartEventsSettings(Settings):
    """Where cart events queue up."""

    CART_EVENTS_QUEUE_URL: str = Field(pattern=r"^https?://")


class OrdersSettings(Settings):
    """Where the facts of orders and the review records lie."""

    ORDERS_TABLE: str = Field(min_length=1)


class IntakeSettings(
    TenantSettings, StoreSecretSettings, RawEventsSettings, CartEventsSettings, OrdersSettings
):
    """What `webhook_intake` needs; the orders table for review records of missing configuration."""


class LedgerSettings(Settings):
    """Where our memory of postings lies."""

    LEDGER_TABLE: str = Field(min_length=1)


class ProofSettings(Settings):
    """Where proof statements lie."""

    PROOFS_BUCKET: str = Field(min_length=1)


class LaneSettings(Settings):
    """Where orders that are ready to post queue up."""

    ORDER_POSTINGS_QUEUE_URL: str = Field(pattern=r"^https?://")


class IntacctSettings(Settings):
    """How Sage Intacct is reached and where its credentials and shared sessions lie."""

    STAGE: str = Field(min_length=1)
    CONNECTIONS_TABLE: str = Field(min_length=1)
    CONNECTIONS_KEY_ID: str = Field(min_length=1)
    INTACCT_REST_URL: str = Field(pattern=r"^https?://")
    INTACCT_OAUTH_URL: str = Field(pattern=r"^https?://")
    INTACCT_XML_URL: str = Field(pattern=r"^https?://")
    INTACCT_SECRET_PREFIX: str = Field(pattern=r"^[\w/+=.@-]+/$")


class DeadLetterSettings(Settings):
    """The dead-letter queues, each as `name|its address|address of its queue`, between blanks.

    The last part is empty for schedules (see `shared.dead_letters.queues`).
    """

    DEAD_LETTER_QUEUES: str = Field(min_length=1)
