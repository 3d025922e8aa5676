"""Bending documents: wrong types, huge numbers, members gone or doubled, depth, broken bytes."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

_NESTED = '{"a":' * 40 + "1" + "}" * 40
_DEEP = "[" * 5000 + "]" * 5000

NASTY: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**53 + 1,
    -(2**63),
    10**29,
    10**31,
    0.1,
    -0.0,
    1e15,
    1e-15,
    1e300,
    "",
    " ",
    "0",
    "-0.00",
    "1.005",
    "-5",
    "1e3",
    "1E-30",
    "NaN",
    "Infinity",
    "0x1F",
    "12,50",
    "١٢",
    "9" * 40,
    "9007199254740993",
    "00012",
    "XXX",
    "usd",
    "JPY",
    "BHD",
    "US\u0000D",
    "ZZZZ",
    "2026-13-45T99:99:99Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "2026-04-02",
    "refunded",
    "\ud83d\ude00",
    "a" * 5000,
    "../../etc/passwd",
    [],
    {},
    [[]],
    [{}],
    {"amount": "1", "currency_code": "EUR"},
)
_RAW = (
    "NaN",
    "-Infinity",
    "1e999",
    "1e-999",
    "-",
    "01",
    "tru",
    "9" * 5000,
    _NESTED,
    _DEEP,
    '"\\ud800"',
)
_MARK = "\u2063raw\u2063"

Step = Callable[[Any, random.Random], Any]


class Mutator:
    """Bends one document after the other; the same dice bend the same way."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def bent(self, body: bytes) -> bytes:
        """The document, changed in one to four places; at times its bytes as well."""
        dice = self._dice
        try:
            document = json.loads(body)
        except ValueError:
            return self._broken(body)
        for _ in range(dice.randint(1, 4)):
            document = self._step(document)
        raw = ""
        if dice.random() < 0.08:
            raw = dice.choice(_RAW)
            document = self._at_random(document, lambda _: _MARK)
        text = json.dumps(document, ensure_ascii=dice.random() < 0.5)
        if raw:
            text = text.replace(json.dumps(_MARK), raw).replace(f'"{_MARK}"', raw)
        if dice.random() < 0.05:
            text = self._doubled(text)
        found = text.encode("utf-8", "surrogatepass")
        return self._broken(found) if dice.random() < 0.05 else found

    def _step(self, document: Any) -> Any:
        dice = self._dice
        kind = dice.randrange(6)
        if kind == 0:
            return self._at_random(document, lambda _: copy.deepcopy(dice.choice(NASTY)))
        if kind == 1:
            return self._on_holder(document, self._without_one)
        if kind == 2:
            return self._at_random(document, self._nudged)
        if kind == 3:
            return self._on_holder(document, self._swapped)
        if kind == 4:
            return self._at_random(document, lambda value: [value, copy.deepcopy(value)])
        return self._at_random(document, self._other_type)

    def _places(self, document: Any) -> list[tuple[Any, Any]]:
        """Every place of a value, as its holder and its name or index."""
        found: list[tuple[Any, Any]] = []
        stack = [document]
        while stack:
            holder = stack.pop()
            entries = holder.items() if isinstance(holder, dict) else enumerate(holder)
            for name, value in entries:
                found.append((holder, name))
                if isinstance(value, dict | list):
                    stack.append(value)
        return found

    def _at_random(self, document: Any, change: Callable[[Any], Any]) -> Any:
        if not isinstance(document, dict | list):
            return change(document)
        places = self._places(document)
        if not places or self._dice.random() < 0.01:
            return change(document)
        holder, name = self._dice.choice(places)
        holder[name] = change(holder[name])
        return document

    def _on_holder(self, document: Any, change: Callable[[Any], None]) -> Any:
        if not isinstance(document, dict | list):
            return document
        holders = [document, *(h[n] for h, n in self._places(document))]
        chosen = [each for each in holders if isinstance(each, dict | list) and each]
        if chosen:
            change(self._dice.choice(chosen))
        return document

    def _without_one(self, holder: Any) -> None:
        name = self._dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        del holder[name]

    def _swapped(self, holder: Any) -> None:
        names = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        one, other = self._dice.choice(names), self._dice.choice(names)
        holder[one], holder[other] = holder[other], holder[one]

    def _nudged(self, value: Any) -> Any:
        """Another number or text of the same look."""
        dice = self._dice
        if isinstance(value, bool):
            return not value
        if isinstance(value, int | float):
            return value + dice.choice((1, -1, 0.01, 1e-9, 10**18))
        if isinstance(value, str) and value.replace(".", "", 1).lstrip("-").isdigit():
            return dice.choice((f"-{value}", f"{value}1", f"{value}.001", f" {value}", "0.00"))
        if isinstance(value, str) and value:
            at = dice.randrange(len(value))
            return value[:at] + dice.choice(("", "\u0000", "é", "Z", value)) + value[at + 1 :]
        return dice.choice(NASTY)

    def _other_type(self, value: Any) -> Any:
        """The same content as another JSON type."""
        dice = self._dice
        if isinstance(value, str):
            return dice.choice(([value], {"value": value}, _number(value), {value[:40]: value}))
        if isinstance(value, dict):
            return dice.choice((list(value.values()), json.dumps(value), None))
        if isinstance(value, list):
            return dice.choice(({str(i): v for i, v in enumerate(value)}, value * 3, None))
        return str(value)

    def _doubled(self, text: str) -> str:
        """The first member of an object once more."""
        at = [i for i, character in enumerate(text) if character == "{"]
        if not at:
            return text
        place = self._dice.choice(at) + 1
        return f'{text[:place]}"id":1,"id":2,{text[place:]}'

    def _broken(self, body: bytes) -> bytes:
        """Bytes cut, repeated, or changed."""
        dice = self._dice
        if not body:
            return bytes(dice.randrange(256) for _ in range(dice.randrange(40)))
        at = dice.randrange(len(body))
        kind = dice.randrange(4)
        if kind == 0:
            return body[:at]
        if kind == 1:
            return body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]
        if kind == 2:
            return body[:at] + body[at // 2 : at] + body[at:]
        return (
            body[:at]
            + dice.choice((b"\xff\xfe", b"\x00", b"\xed\xa0\x80", b"\xef\xbb\xbf"))
            + body[at:]
        )


def _number(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return 7
