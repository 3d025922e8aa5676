"""What whoever sends a webhook is answered: a status, and one word and no more."""

from __future__ import annotations

import json
from typing import Any


def answer(status: int, word: str, reply: str = "") -> dict[str, Any]:
    """An answer of API Gateway's proxy integration; it tells the sender one word and no more.

    `reply` is the JSON text that the sender insists on instead.
    """
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": reply or json.dumps({"status": word}),
    }
