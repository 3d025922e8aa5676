"""The only place where real adapters are built and the environment is read; one module per concern.

Everything is built on first use and kept for the life of the process.
"""

from __future__ import annotations

import gc

# A start makes some hundred thousand objects that stay. Looking through them for garbage after
# every two thousand takes a twelfth of a cold start, and finds none (docs/benchmarks.md).
gc.set_threshold(50_000)
