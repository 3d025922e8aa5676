"""The one channel whose days are drawn, in two versions of its mapping."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import cache

from shared.policy.mapping import ItemRule
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.tenants.models import Tenant
from tests.accounting.shop import mapping


@cache
def tenant_at(version: int, policy: str) -> Tenant:
    """The tenant's document of that version; `policy` is what becomes of a closed day."""
    rules = (ItemRule("TEE", "WEB-GOODS-2", account="4001"),) if version > 1 else ()
    chart = mapping(version=str(version))
    chart = replace(chart, item_rules=(*rules, *chart.item_rules))
    switches = {
        "posting_mode": "summary_daily",
        "customer_mode": "channel",
        "closed_period_summaries": policy,
    }
    return Tenant.model_validate(
        {
            "id": "acme",
            "version": version,
            "intacct": {"company_id": "C", "user_id": "U"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [
                {
                    "id": "shop",
                    "cart": "shopify",
                    "entity": "100",
                    "mapping": {**asdict(chart), "channel_customer": "C-ADA"},
                    "policy": switches,
                }
            ],
        }
    )


@cache
def shop_at(version: int, policy: str) -> StoreBook:
    """The shop's books under that version."""
    found = store_book(tenant_at(version, policy), "shop")
    assert found is not None, "the shop is configured"
    return found
