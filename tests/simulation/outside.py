"""What survives the processes of a history: tables, queues, companies at Sage, time and chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.postings.planner import plan
from shared.tenants.models import Tenant
from tests.simulation.company import Company
from tests.simulation.queues import FifoQueue
from tests.simulation.releases import Release
from tests.simulation.remembering import RememberedPlans
from tests.simulation.tables import Tables
from tests.simulation.traffic import Traffic
from tests.simulation.wire import Wire

LEDGER, ORDERS, CONNECTIONS = "ledger", "orders", "connections"
CART_EVENTS, ORDER_POSTINGS = "cart-events", "order-postings"


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything that survives processes.

    `begun` and `synced` list the events that customer_sync took up and finished with, as store,
    order and topic.
    """

    wire: Wire
    tables: Tables
    queues: Mapping[str, FifoQueue]
    bucket: dict[str, bytes]
    tenants: Mapping[str, Tenant]
    companies: Mapping[str, Company]
    traffic: Traffic
    plans: RememberedPlans = field(default_factory=lambda: RememberedPlans(plan))
    first_release: Release = Release.PRESENT
    begun: list[tuple[str, str, str]] = field(default_factory=list)
    synced: list[tuple[int, tuple[str, str, str]]] = field(default_factory=list)
