"""Answers that are bent on the way: cut, emptied, of another shape, or no answer at all."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

import httpx
from lxml import etree

JUNK: tuple[Any, ...] = (None, "", "x", "-1", 0, 1.5, True, [], {}, [None], [["x"]], {"key": None})
OTHERS = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"<html><body>Error</body></html>",
    b"<response/>",
    b'{"ia::result": null}',
    b'{"ia::result": []}',
    b'{"ia::result": [null]}',
    b'{"ia::error": "x"}',
    b"<response><control><status>success</status></control></response>",
    b"\xff\xfe",
)
STATUSES = (200, 201, 207, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503, 524)


class Bent(httpx.BaseTransport):
    """Passes requests on, and bends the answer to one of them."""

    def __init__(self, inner: httpx.BaseTransport, dice: Random, *, at: int) -> None:
        """`at` is the place of the answer to bend, counted from 0."""
        self._inner = inner
        self._dice = dice
        self._at = at
        self.count = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        self.count += 1
        if self.count - 1 != self._at:
            return response
        content = response.read()
        bent = self._dice.choice(WAYS)(content, self._dice)
        status = response.status_code
        if self._dice.random() < 0.2:  # one in five has another status, too
            status = self._dice.choice(STATUSES)
        kept = {
            name: response.headers[name] for name in ("content-type",) if name in response.headers
        }
        return httpx.Response(status, headers=kept, content=bent)


def cut(content: bytes, dice: Random) -> bytes:
    """The beginning of it."""
    return content[: dice.randrange(len(content) + 1)]


def another(content: bytes, dice: Random) -> bytes:
    """Something else altogether."""
    del content
    return dice.choice(OTHERS)


def bent_inside(content: bytes, dice: Random) -> bytes:
    """The same with one to three of its parts taken away or replaced."""
    try:
        tree = json.loads(content)
    except ValueError:
        return _bent_xml(content, dice)
    for _ in range(dice.randint(1, 3)):
        _bend_json(tree, dice)
    return json.dumps(tree).encode()


WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (cut, another, *([bent_inside] * 8))


def _bend_json(tree: Any, dice: Random) -> None:
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        members = node.items() if isinstance(node, dict) else enumerate(node)
        for name, member in list(members):
            places.append((node, name))
            if isinstance(member, dict | list):
                walk(member)

    if isinstance(tree, dict | list):
        walk(tree)
    if not places:
        return
    node, name = dice.choice(places)
    if dice.random() < 0.4:
        del node[name]
    else:
        node[name] = copy.deepcopy(dice.choice(JUNK))


def _bent_xml(content: bytes, dice: Random) -> bytes:
    try:
        root = etree.fromstring(content)
    except etree.XMLSyntaxError:
        return content[::-1]
    for _ in range(dice.randint(1, 3)):
        node = dice.choice(list(root.iter(etree.Element)))
        parent = node.getparent()
        match dice.randrange(5):
            case 0 if parent is not None:
                parent.remove(node)
            case 1:
                node.text = dice.choice(["", "x", "-1", "success", "failure", "aborted"])
            case 2:
                node.tag = dice.choice(["x", "data", "key", "errormessage", "RECORDNO"])
            case 3:
                node.attrib.clear()
            case _:
                node.append(etree.fromstring("<RECORDNO>x</RECORDNO>"))
    return bytes(etree.tostring(root))
