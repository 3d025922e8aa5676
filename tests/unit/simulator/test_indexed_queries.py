"""A query that the books' index answers tells what a walk over all records would have told."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from lxml import etree

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.store import Among, Record, Store
from local.intacct_simulator.company import Company
from local.intacct_simulator.rest.envelopes import RestError
from local.intacct_simulator.rest.query import QueryService
from local.intacct_simulator.rest.schema import Catalog
from tests.unit.simulator.xml_desk import Desk, query, where

QUERIES = 60


def walked(store: Store, table: str, _: Among) -> list[Record]:
    """All records, as if there were no index."""
    return list(store.rows(table))


def edits(books: Books, dice: random.Random) -> None:
    """Items and customers come, change and go; some changes are taken back."""
    for number in range(30):
        books.create("item", {"id": f"I-{number}", "name": f"Item {number % 7}", **_upc(dice)})
        entity = dice.choice(("", "100"))
        books.create("customer", {"id": f"C-{number}", "name": "Ada"}, entity=entity)
    for row in list(books.store.rows("item")):
        what = dice.random()
        if what < 0.3:
            books.update("item", row["key"], _upc(dice))
        elif what < 0.5:
            books.delete("item", row["key"])
        elif what < 0.7:
            with suppress(_TakenBackError), books.transaction():
                books.update("item", row["key"], _upc(dice))
                raise _TakenBackError


class _TakenBackError(Exception):
    pass


def _upc(dice: random.Random) -> dict[str, str]:
    return {"upc": f"40{dice.randrange(12)}"}


def rest_queries(dice: random.Random) -> Iterator[dict[str, Any]]:
    makers: tuple[Callable[[], Any], ...] = (
        lambda: {"$eq": {"id": f"I-{dice.randrange(32)}"}},
        lambda: {"$eq": {"id": f"i-{dice.randrange(32)}"}},
        lambda: {"$in": {"id": [f"I-{dice.randrange(40)}" for _ in range(9)]}},
        lambda: {"$in": {"itemDetails.universalProductCode": ["401", "403", "409"]}},
        lambda: {"$in": {"itemDetails.universalProductCode": ["401", None]}},
        lambda: {"$notIn": {"itemDetails.universalProductCode": ["401", "403"]}},
        lambda: {"$in": {"key": [str(dice.randrange(1, 60)) for _ in range(9)]}},
        lambda: {"$in": {"id": []}},
        lambda: {"$eq": {"name": f"Item {dice.randrange(9)}"}},
        lambda: {"$eq": {"status": dice.choice(("active", "inactive"))}},
        lambda: {"$in": {"productLine.id": ["NONE"]}},
        lambda: {"$lt": {"key": dice.randrange(60)}},
    )
    for _ in range(QUERIES):
        filters = [dice.choice(makers)() for _ in range(dice.randint(1, 3))]
        body = {
            "object": "inventory-control/item",
            "fields": ["key", "id", "itemDetails.universalProductCode"],
            "filters": filters,
            "filterExpression": dice.choice((None, None, "and", "or")),
            "filterParameters": {
                "caseSensitiveComparison": dice.random() < 0.8,
                "includePrivate": dice.random() < 0.5,
            },
            "orderBy": dice.choice(([], [{"id": "desc"}])),
            "size": dice.choice((3, 100)),
        }
        yield {name: value for name, value in body.items() if value is not None}


def xml_queries(dice: random.Random) -> Iterator[str]:
    def some(field: str, *texts: str) -> str:
        values = "".join(f"<value>{text}</value>" for text in texts)
        name = "in" if len(texts) > 1 else "equalto"
        return f"<{name}><field>{field}</field>{values}</{name}>"

    makers = (
        lambda: some("ITEMID", f"I-{dice.randrange(32)}"),
        lambda: some("ITEMID", *[f"I-{dice.randrange(40)}" for _ in range(9)]),
        lambda: some("ITEMID", f"i-{dice.randrange(32)}", "I-2"),
        lambda: some("UPC", "401", "403", "409"),
        lambda: some("UPC", ""),
        lambda: some("RECORDNO", *[str(dice.randrange(1, 60)) for _ in range(9)]),
        lambda: some("RECORDNO", "seven"),
        lambda: some("STATUS", "active"),
        lambda: some("NOSUCHFIELD", "1"),
        lambda: f"<like><field>ITEMID</field><value>I-{dice.randrange(4)}%</value></like>",
        lambda: some("UPC", "401") + some("UPC", "402"),
    )
    for _ in range(QUERIES):
        one = dice.choice(makers)()
        joined = dice.choice(("{0}", "<and>{0}{1}</and>", "<or>{0}{1}</or>"))
        case = dice.choice(("", "<options><caseinsensitive>true</caseinsensitive></options>"))
        condition = joined.format(one, dice.choice(makers)())
        yield query("ITEM", "RECORDNO ITEMID UPC", where(condition) + case)


@pytest.mark.parametrize("seed", range(3))
def test_rest_tells_the_same_with_an_index_as_without(seed: int) -> None:
    dice, company = random.Random(seed), Company()  # noqa: S311  # a repeatable dice
    edits(company.books, dice)
    service = QueryService(company, Catalog(company.books))

    def told(body: dict[str, Any]) -> object:
        try:
            return service.run(body, entity=entity).body
        except RestError as error:
            return error.status, str(error)

    found = 0
    for body in rest_queries(dice):
        entity = dice.choice(("", "100"))
        indexed = told(body)
        with patch.object(Store, "among", walked):
            assert indexed == told(body), body
        found += "I-" in str(indexed)
        edited = dice.choice(list(company.books.store.rows("item")))
        company.books.update("item", edited["key"], _upc(dice))
    assert found > QUERIES / 4


@pytest.mark.parametrize("seed", range(3))
def test_xml_tells_the_same_with_an_index_as_without(seed: int) -> None:
    dice, desk = random.Random(seed), Desk()  # noqa: S311  # a repeatable dice
    edits(desk.company.books, dice)

    def told(content: str) -> str:
        answer = etree.tostring(desk.ask(content)).decode()
        return re.sub(r"Support ID: [^]]*", "", answer)

    found = 0
    for content in xml_queries(dice):
        indexed = told(content)
        with patch.object(Store, "among", walked):
            assert indexed == told(content), content
        found += "I-" in indexed
        edited = dice.choice(list(desk.company.books.store.rows("item")))
        desk.company.books.update("item", edited["key"], _upc(dice))
    assert found > QUERIES / 4


def test_a_search_among_many_values_looks_at_the_records_that_have_one() -> None:
    company = Company()
    for number in range(300):
        company.books.create("item", {"id": f"I-{number}", "name": "Item"})
    seen: list[int] = []
    sees = company.books._sees

    def counted(*arguments: Any, **options: Any) -> bool:
        seen.append(1)
        return sees(*arguments, **options)

    service = QueryService(company, Catalog(company.books))
    ids = {"$in": {"id": [f"I-{number}" for number in range(10)]}}
    with patch.object(company.books, "_sees", counted):
        reply = service.run(
            {"object": "inventory-control/item", "fields": ["id"], "filters": [ids]}, entity=""
        )
    assert reply.body is not None
    assert (len(reply.body["ia::result"]), len(seen)) == (10, 10)


def test_values_are_told_apart_in_the_form_that_is_asked_for() -> None:
    store = Store()
    for value in (1, "1", Decimal(1), None, ""):
        store.insert("thing", {"value": value})

    def keys(wanted: Among) -> list[Any]:
        return [row["key"] for row in store.among("thing", wanted)]

    assert keys(Among("value", (1,))) == [1, 3]
    assert keys(Among("value", ("1", "1"), _text)) == [1, 2, 3]
    store.change("thing", 2, value="2")
    store.remove("thing", 1)
    assert keys(Among("value", ("1",), _text)) == [3]
    assert keys(Among("value", (None,))) == [4]


def _text(value: Any) -> str:
    return str(value)
