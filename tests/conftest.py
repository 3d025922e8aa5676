"""What every test finds in the environment, as Lambda would set it."""

from __future__ import annotations

import os

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Cartledger/test")
