"""`ops cart`: what a cart says, read as production reads it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from carts.adapter import Headers
from carts.documents import DocumentError, parse
from carts.registry import UnknownCartError
from carts.shapes import Kind, Seen, Shape, Source, shapes
from ops.cart_numbers import finding, is_unreadable, numbers
from ops.errors import OpsError

app = typer.Typer(no_args_is_help=True, help="What a cart says, read as production reads it.")

_UNREADABLE = 2


@app.command()
def inspect(
    files: Annotated[list[Path], typer.Argument(help="Bodies as the cart sent them.")],
    cart: Annotated[str, typer.Option("--cart", help="Whose documents they are.")],
    kind: Annotated[
        Kind | None, typer.Option("--kind", help="What they are, where they do not tell it.")
    ] = None,
    currency: Annotated[
        str, typer.Option("--currency", help="The currency of documents that state none.")
    ] = "",
) -> None:
    """Print one JSON object a line for each document in the files.

    A page holds several documents. Amounts are decimal text. `reasons` are why a document would be
    held; one that is not what its cart documents ends the command with 2.
    """
    try:
        known = shapes(cart)
    except UnknownCartError as exc:
        message = f"there is no cart {cart!r}"
        raise OpsError(message) from exc
    if not currency:
        currency = _currency_of_orders(files, known)
    told = [each for file in files for each in _told(file, known, kind, currency)]
    for each in told:
        sys.stdout.write(json.dumps(each, ensure_ascii=False) + "\n")
    if any(map(is_unreadable, told)):
        raise typer.Exit(_UNREADABLE)


def _told(
    file: Path, known: Sequence[Shape], kind: Kind | None, currency: str
) -> list[dict[str, Any]]:
    """What the documents of one file say, or the one reason why nothing can be said."""
    try:
        seen = _seen(file, known, kind, currency)
    except OSError as exc:
        return [{"file": str(file), **finding("file", exc.strerror or "cannot be read")}]
    except DocumentError as exc:
        return [{"file": str(file), **finding("document", str(exc))}]
    return [{"file": str(file), "place": each.place, **numbers(each)} for each in seen]


def _seen(file: Path, known: Sequence[Shape], kind: Kind | None, currency: str) -> list[Seen]:
    """The documents of a file.

    Raises:
        OSError: the file cannot be read.
        DocumentError: it is no JSON, or nothing that this cart documents.
    """
    body = file.read_bytes()
    source = Source(parse(body), body, _headers(file), currency=currency)
    of_kind = [shape for shape in known if kind is None or shape.kind is kind]
    shape = next((shape for shape in of_kind if shape.fits(source)), None)
    if shape is None:
        wanted = kind.value if kind else "document"
        message = f"it is no {wanted} of this cart"
        raise DocumentError(message)
    return list(shape.seen(source))


def _headers(file: Path) -> Headers:
    """The headers of a delivery, where they lie beside its body as `<name>.headers.json`."""
    beside = file.with_suffix(".headers.json")
    if not beside.is_file():
        return Headers({})
    members = parse(beside.read_bytes())
    return Headers({name: str(value) for name, value in members.items()})


def _currency_of_orders(files: Sequence[Path], known: Sequence[Shape]) -> str:
    """The one currency of all orders among the files; empty where there is no such."""
    found: set[str] = set()
    for file in files:
        try:
            seen = _seen(file, known, None, "")
        except (OSError, DocumentError):
            continue
        orders = (each.reading.facts for each in seen if each.reading and each.reading.facts)
        found |= {facts.order.currency for facts in orders if facts.order}
    return found.pop() if len(found) == 1 else ""
