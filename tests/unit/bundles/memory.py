"""The register of bundles in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.bundles.register import Composition, CompositionHistory, with_composition


class MemoryBundles:
    """`shared.bundles.register.BundleRegister` in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], CompositionHistory] = {}

    def load_many(
        self, tenant: str, store: str, articles: Iterable[str]
    ) -> Mapping[str, CompositionHistory]:
        places = {each: (tenant, store, each) for each in articles}
        return {each: self._kept[at] for each, at in places.items() if at in self._kept}

    def note(self, tenant: str, store: str, article: str, told: Composition) -> bool:
        place = (tenant, store, article)
        known = self._kept.get(place, ())
        wanted = with_composition(known, told)
        if wanted:
            self._kept[place] = wanted
        return wanted != known
