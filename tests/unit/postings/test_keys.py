"""Posting keys and the marks made of them fit where Sage Intacct keeps them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.postings.keys import control_id, document_number, posting_key
from shared.postings.plan import PostingKind
from tests.accounting.journals import play
from tests.accounting.lives import LIVES


def key(purpose: str, kind: PostingKind = PostingKind.INVOICE, revision: int = 0) -> str:
    return posting_key(
        tenant="acme", entity="100", kind=kind, store="shop", purpose=purpose, revision=revision
    )


def test_a_key_names_tenant_entity_kind_store_and_purpose() -> None:
    assert key("invoice:77") == "acme/100/INVOICE/shop:invoice:77"
    assert key("invoice:77", revision=2) == "acme/100/INVOICE/shop:invoice:77@2"


@given(st.text(max_size=40), st.sampled_from(PostingKind), st.text(max_size=30))
def test_a_document_number_fits_the_shortest_field(
    purpose: str, kind: PostingKind, number: str
) -> None:
    mark = document_number(key(purpose, kind), kind, number)
    assert len(mark) <= 21
    assert mark.isascii()
    assert mark == document_number(key(purpose, kind), kind, number)


def test_marks_of_one_order_differ_from_each_other() -> None:
    for make in LIVES.values():
        postings = play(make()).postings.values()
        marks = {getattr(posting.document, "reference", "") for posting in postings}
        assert len(marks) == len(postings)
        assert "" not in marks


def test_a_control_id_is_the_key_s_own() -> None:
    assert control_id(key("invoice:77")) == control_id(key("invoice:77"))
    assert control_id(key("invoice:77")) != control_id(key("invoice:78"))
    assert len(control_id(key("x" * 500))) <= 256
