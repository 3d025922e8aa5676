from __future__ import annotations

from pathlib import Path

from tests.benchmarks.gl_export import measure


def test_a_day_is_exported_from_disk_whole_by_two_documents(tmp_path: Path) -> None:
    exported = measure(230, tmp_path, is_traced=False)

    assert (exported.members, exported.transactions, exported.runs) == (230, 2, 1)


def test_memory_does_not_grow_with_the_day(tmp_path: Path) -> None:
    small, large = (
        measure(orders, tmp_path, is_traced=True, page_bytes=20_000) for orders in (150, 600)
    )

    # Both hold a page and a chunk of names; what grew with the day would be four times as much.
    assert large.peak_bytes < 2 * small.peak_bytes
