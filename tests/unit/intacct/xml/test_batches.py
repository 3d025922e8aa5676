"""Many documents in one request: what each of them learns, whatever becomes of the request."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import httpx
import pytest
from lxml import etree

from commerce.money import Money
from intacct.documents import (
    CreditKind,
    CustomerRefund,
    DocumentResult,
    JournalEntry,
    JournalLine,
    MoneyPlace,
    RefundDetail,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
)
from intacct.xml.actions import XmlActions
from tests.unit.intacct.xml.answers import answered, done, error, failed, refused, shut_out
from tests.unit.intacct.xml.scripted import Rig

DAY = date(2026, 1, 15)
EXPIRED = shut_out(error("XL03000006", "Invalid session session-1.. "))
ROLLED_BACK = error("XL03000009", "The entire transaction in this operation has been rolled back")
SCHEMA = refused(error("XL03000003", "XML schema error on line 1"))


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def journal(reference: str) -> JournalEntry:
    lines = (
        JournalLine("1100", Side.DEBIT, usd("5.00")),
        JournalLine("4000", Side.CREDIT, usd("5.00")),
    )
    return JournalEntry(reference, "GJ", DAY, "Sales", lines)


def order(reference: str, source: str = "") -> SalesDocument:
    line = SalesLine("TEE", Decimal(1), "Each", usd("5.00"), source_line=0 if source else None)
    return SalesDocument("Sales Order", reference, "C-1", DAY, "USD", (line,), source=source)


def entered(control_id: str, number: str) -> str:
    row = f"<glbatch><RECORDNO>{number}</RECORDNO></glbatch>"
    return done(control_id, data=f'<data listtype="objects" count="1">{row}</data>')


def rows(name: str, *records: dict[str, str]) -> bytes:
    """The answer to a query, all of it on one page."""
    texts = [
        f"<{name}>{''.join(f'<{k}>{v}</{k}>' for k, v in record.items())}</{name}>"
        for record in records
    ]
    data = f'<data listtype="{name}" count="{len(texts)}" numremaining="0">{"".join(texts)}</data>'
    return answered(done("read", data=data, function="query"))


def create(
    rig: Rig, count: int, *, transaction: bool = False
) -> list[DocumentResult | IntacctError]:
    names = [f"d{number}" for number in range(count)]
    documents = [journal(name) for name in names]
    return XmlActions(rig.gateway).create_many(documents, names, transaction=transaction)


def test_documents_share_a_request_and_each_has_its_control_id() -> None:
    rig = Rig(answered(entered("d0", "7"), entered("d1", "8")))

    outcomes = create(rig, 2)

    assert outcomes == [DocumentResult(key="7", id="7"), DocumentResult(key="8", id="8")]
    assert len(rig.requests) == 1
    assert rig.control_ids(0) == ["d0", "d1"]
    assert rig.sent(0, "control/uniqueid") == "true"
    assert b'transaction="false"' in rig.requests[0].content


def test_one_refused_document_leaves_the_others_alone() -> None:
    rig = Rig(answered(entered("d0", "7"), failed("d1", error("BL34000061", "exists"))))

    outcomes = create(rig, 2)

    assert outcomes[0] == DocumentResult(key="7", id="7")
    assert isinstance(outcomes[1], DuplicateDocumentError)
    assert outcomes[1].control_id == "d1"


def test_a_lost_answer_leaves_every_document_unknown() -> None:
    outcomes = create(Rig(httpx.ReadTimeout("x")), 3)

    assert [type(each) for each in outcomes] == [OutcomeUnknownError] * 3
    assert [each.control_id for each in outcomes if isinstance(each, IntacctError)] == [
        "d0",
        "d1",
        "d2",
    ]


def test_what_comes_after_a_lost_answer_is_not_sent() -> None:
    first = [entered(f"d{number}", "1") for number in range(100)]
    rig = Rig(answered(*first), httpx.ReadTimeout("x"))

    outcomes = create(rig, 201)

    assert [type(each) for each in outcomes[:100]] == [DocumentResult] * 100
    assert [type(each) for each in outcomes[100:200]] == [OutcomeUnknownError] * 100
    assert type(outcomes[200]) is NotSentError
    assert len(rig.requests) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(429, content=b"slow", headers={"Retry-After": "9"}), RateLimitedError),
        (httpx.ConnectError("x"), NotSentError),
        (refused(error("XL03000006", "Incorrect Partner ID or password")), CredentialsError),
    ],
)
def test_a_request_that_is_turned_away_speaks_for_all_that_follow(
    answer: httpx.Response | bytes | Exception, kind: type[IntacctError]
) -> None:
    rig = Rig(answer)

    outcomes = create(rig, 101)

    assert {type(each) for each in outcomes} == {kind}
    assert len(rig.requests) == 1


def test_a_request_refused_unread_is_halved_until_the_bad_document_is_alone() -> None:
    rig = Rig(
        SCHEMA,  # d0 d1 d2 d3
        answered(entered("d0", "1"), entered("d1", "2")),
        SCHEMA,  # d2 d3
        SCHEMA,  # d2
        answered(entered("d3", "4")),
    )

    outcomes = create(rig, 4)

    assert [type(each) for each in outcomes] == [
        DocumentResult,
        DocumentResult,
        RejectedError,
        DocumentResult,
    ]
    assert [rig.control_ids(index) for index in range(5)] == [
        ["d0", "d1", "d2", "d3"],
        ["d0", "d1"],
        ["d2", "d3"],
        ["d2"],
        ["d3"],
    ]


def test_a_transaction_is_refused_whole_and_never_halved() -> None:
    rig = Rig(SCHEMA)

    outcomes = create(rig, 2, transaction=True)

    assert [type(each) for each in outcomes] == [RejectedError] * 2
    assert len(rig.requests) == 1
    assert b'transaction="true"' in rig.requests[0].content


def test_undone_documents_of_a_transaction_carry_its_cause() -> None:
    rig = Rig(
        answered(
            failed("d0", ROLLED_BACK, status="aborted"),
            failed("d1", error("BL03000018", "no such unit"), ROLLED_BACK),
        )
    )

    outcomes = create(rig, 3, transaction=True)

    assert [each.codes[0] for each in outcomes if isinstance(each, IntacctError)] == [
        "BL03000018"
    ] * 3


def test_a_dead_session_is_renewed_and_all_of_it_sent_again() -> None:
    rig = Rig(EXPIRED, answered(entered("d0", "7"), entered("d1", "8")))

    outcomes = create(rig, 2)

    assert outcomes == [DocumentResult(key="7", id="7"), DocumentResult(key="8", id="8")]
    assert rig.sent(1, ".//sessionid") == "session-2"


def test_orders_are_read_back_in_one_query() -> None:
    found = [
        {"RECORDNO": "41", "DOCID": "Sales Order-SO1", "TRX_TOTALAMOUNT": "5.00"},
        {"RECORDNO": "42", "DOCID": "Sales Order-SO2", "TRX_TOTALAMOUNT": "5.00"},
    ]
    rig = Rig(
        answered(done("a", key="Sales Order-SO1"), done("b", key="Sales Order-SO2")),
        rows("SODOCUMENT", *found),
    )

    outcomes = XmlActions(rig.gateway).create_many([order("A"), order("B")], ["a", "b"])

    assert [each.key for each in outcomes if isinstance(each, DocumentResult)] == ["41", "42"]
    values = etree.fromstring(rig.requests[1].content).findall(".//filter/in/value")
    assert [value.text for value in values] == ["Sales Order-SO1", "Sales Order-SO2"]


def test_an_order_that_cannot_be_read_back_must_be_looked_up() -> None:
    rig = Rig(answered(done("a", key="Sales Order-SO1")), httpx.ReadTimeout("x"))

    outcomes = XmlActions(rig.gateway).create_many([order("A")], ["a"])

    assert type(outcomes[0]) is OutcomeUnknownError


def test_conversions_look_their_sources_up_together() -> None:
    rig = Rig(
        rows(
            "SODOCUMENT",
            {"RECORDNO": "41", "DOCID": "Sales Order-SO1"},
            {"RECORDNO": "42", "DOCID": "Sales Order-SO2"},
        ),
        rows(
            "SODOCUMENTENTRY",
            {"RECORDNO": "91", "DOCHDRNO": "42", "LINE_NO": "0"},
            {"RECORDNO": "90", "DOCHDRNO": "41", "LINE_NO": "0"},
        ),
        answered(failed("a", error("X", "no")), failed("b", error("X", "no"))),
    )

    XmlActions(rig.gateway).create_many([order("A", "41"), order("B", "42")], ["a", "b"])

    sent = etree.fromstring(rig.requests[2].content)
    assert [node.text for node in sent.iterfind(".//sourcelinekey")] == ["90", "91"]
    assert [node.text for node in sent.iterfind(".//createdfrom")] == [
        "Sales Order-SO1",
        "Sales Order-SO2",
    ]


def test_a_conversion_whose_source_cannot_be_read_is_not_sent() -> None:
    rig = Rig(httpx.ReadTimeout("x"), answered(entered("b", "7")))

    outcomes = XmlActions(rig.gateway).create_many([order("A", "41"), journal("B")], ["a", "b"])

    assert type(outcomes[0]) is NotSentError
    assert outcomes[1] == DocumentResult(key="7", id="7")


def test_a_conversion_whose_source_does_not_tell_the_places_of_its_lines_is_not_sent() -> None:
    lines = rows("SODOCUMENTENTRY", {"RECORDNO": "9", "DOCHDRNO": "41", "LINE_NO": ""})
    rig = Rig(rows("SODOCUMENT", {"RECORDNO": "41", "DOCID": "Sales Order-SO1"}), lines)

    (outcome,) = XmlActions(rig.gateway).create_many([order("A", "41")], ["a"])

    assert type(outcome) is NotSentError
    assert len(rig.requests) == 2


def test_a_transaction_with_a_conversion_of_nothing_is_not_sent() -> None:
    rig = Rig(rows("SODOCUMENT"))

    outcomes = XmlActions(rig.gateway).create_many(
        [order("A", "41"), journal("B")], ["a", "b"], transaction=True
    )

    assert [type(each) for each in outcomes] == [RejectedError] * 2
    assert len(rig.requests) == 1


def test_a_batch_that_makes_no_sense_is_not_sent() -> None:
    rig = Rig()
    actions = XmlActions(rig.gateway)
    details = (RefundDetail(CreditKind.ADVANCE, "5", Money.of("1.00", "USD")),)
    refund = CustomerRefund("R", "C-1", DAY, MoneyPlace(financial_entity="CLR"), details)

    with pytest.raises(ValueError, match="control id of its own"):
        actions.create_many([journal("A"), journal("B")], ["a", "a"])
    with pytest.raises(ValueError, match="control id of its own"):
        actions.create_many([journal("A")], [])
    with pytest.raises(ValueError, match="one transaction"):
        create(rig, 101, transaction=True)
    with pytest.raises(ValueError, match="customer refunds"):
        actions.create_many(
            [*(journal(str(n)) for n in range(100)), refund], list(map(str, range(101)))
        )

    assert actions.create_many([], []) == []
    assert rig.requests == []
