"""Entities: the legal units of the company. Each is a location with a base currency of its own."""

from __future__ import annotations

from collections.abc import Mapping

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.store import Record, Store

MAX_DEPTH = 20


class Entities:
    """Finds the entity that a location, a line or a caller belongs to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Record]:
        """Give the entities in the order they were made."""
        return self._store.find("location", is_entity=True)

    def by_id(self, entity: str) -> Record | None:
        """Give an entity by id, or None."""
        return self._store.first("location", id=entity, is_entity=True)

    def key_of(self, entity: str) -> int | None:
        """Give the key of the entity a caller works in; None for the top level.

        Raises:
            BusinessError: there is no such entity.
        """
        if not entity:
            return None
        found = self.by_id(entity)
        if found is None:
            raise errors.unknown_reference("location", entity, "entity")
        key: int = found["key"]
        return key

    def of_location(self, location: int) -> Record:
        """Give the entity that a location lies in.

        Raises:
            BusinessError: the location belongs to no entity.
        """
        place = self._store.get("location", location)
        for _ in range(MAX_DEPTH):
            if place is None or place.get("is_entity"):
                break
            parent = place.get("parent")
            place = None if parent is None else self._store.get("location", parent)
        if place is None or not place.get("is_entity"):
            raise errors.unknown_reference("location", location, "location")
        return place

    def of_dimensions(self, dimensions: Mapping[str, int | None]) -> Record:
        """Give the entity that a line's location puts it in.

        Raises:
            BusinessError: the line has no location: with several entities it needs one.
        """
        location = dimensions.get("location")
        if location is None:
            raise errors.BusinessError(
                "This transaction is missing the Location dimension: a company with several "
                "entities needs one on each line.",
                error_id="BL03000018",
                errorno="BL03000018",
                code="invalidRequest",
                message_id="IA.MISSING_DIMENSION",
                target="dimensions.location",
            )
        return self.of_location(location)
