"""The queues that have dead letters, by the names that people type, and where each one lies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watched:
    """A queue of ours by its outputs in `template.yaml`; `queue_output` is empty for schedules.

    A schedule has dead letters only: its runs that failed.
    """

    name: str
    queue_output: str
    dlq_output: str

    @property
    def runbook(self) -> str:
        """Where it is written what to do about its dead letters."""
        return f"docs/runbooks/{self.dlq_output.removesuffix('Url')}Alarm.md"


@dataclass(frozen=True, slots=True)
class DeadQueue:
    """A watched queue of one deployment: the address of its dead-letter queue and its own.

    `target_url` is empty for schedules, whose next run does the work of the one that failed.
    """

    watched: Watched
    url: str
    target_url: str = ""

    @property
    def name(self) -> str:
        """The queue's name."""
        return self.watched.name


CART_EVENTS = Watched("cart-events", "CartEventsQueueUrl", "CartEventsDlqUrl")
ORDER_POSTINGS = Watched("order-postings", "OrderPostingsQueueUrl", "OrderPostingsDlqUrl")
AMAZON_EVENTS = Watched("amazon-events", "AmazonEventsQueueUrl", "AmazonEventsDlqUrl")
WATCHED = (
    CART_EVENTS,
    ORDER_POSTINGS,
    AMAZON_EVENTS,
    Watched("cart-poller", "", "CartPollerDlqUrl"),
    Watched("customer-watch", "", "CustomerWatchDlqUrl"),
    Watched("item-sync", "", "ItemSyncDlqUrl"),
    Watched("inventory-sync", "", "InventorySyncDlqUrl"),
    Watched("intacct-poller", "", "IntacctPollerDlqUrl"),
    Watched("gl-export", "", "GlExportDlqUrl"),
    Watched("payout-sync", "", "PayoutSyncDlqUrl"),
    Watched("reconciliation", "", "ReconciliationDlqUrl"),
    Watched("token-refresh", "", "TokenRefreshDlqUrl"),
    Watched("session-manager", "", "SessionManagerDlqUrl"),
    Watched("sweeper", "", "SweeperDlqUrl"),
    Watched("dead-letters", "", "DeadLettersDlqUrl"),
)


class UnknownQueueError(LookupError):
    """No queue of ours has that name; the message says which there are."""


def watched(name: str) -> Watched:
    """The queue of that name.

    Raises:
        UnknownQueueError: there is none.
    """
    for queue in WATCHED:
        if queue.name == name:
            return queue
    names = ", ".join(queue.name for queue in WATCHED)
    message = f"there is no queue {name!r}; there are {names}"
    raise UnknownQueueError(message)


def dead_queues(text: str) -> tuple[DeadQueue, ...]:
    """The queues in a function's environment: `name|dead-letter queue|queue`, between blanks.

    Raises:
        UnknownQueueError: the template names a queue that this code does not know.
        ValueError: an entry has not three parts.
    """
    entries = (entry.split("|") for entry in text.split())
    return tuple(DeadQueue(watched(name), url, target) for name, url, target in entries)
