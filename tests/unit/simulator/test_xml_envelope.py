"""Envelope, sender, sign-in and sessions of the simulated gateway (XML reference §3, §5, §16.1)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from local.intacct_simulator.company import Switches
from tests.unit.simulator.xml_desk import Desk, batch, customer, function, order, query

CUSTOMERS = query("CUSTOMER", "CUSTOMERID")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def control_error(answer: Any) -> str:
    assert answer.findtext("control/status") == "failure"
    assert answer.find("operation") is None
    return str(answer.findtext("errormessage/error/errorno"))


def test_a_request_out_of_order_fails_at_control_level(desk: Desk) -> None:
    credentials = desk.company.credentials
    turned = (
        f"<control><password>{credentials.sender_password}</password>"
        f"<senderid>{credentials.sender_id}</senderid><controlid>c</controlid>"
        "<dtdversion>3.0</dtdversion></control>"
    )

    answer = desk.ask(CUSTOMERS, control=turned)

    assert control_error(answer) == "XL03000003"
    assert answer.findtext("control/senderid") == credentials.sender_id


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<request>",
        "<request/>",
        "<response/>",
        "<!DOCTYPE request><request/>",
        "<request><control/><operation/></request>",
        "<request><operation/><control/></request>",
    ],
)
def test_what_is_no_request_fails_at_control_level(desk: Desk, body: str) -> None:
    assert control_error(desk.post(body)) == "XL03000003"


@pytest.mark.parametrize(
    "content",
    [
        "<function><query/></function>",
        '<function controlid=""><query/></function>',
        '<function controlid="a"/>',
        '<function controlid="a"><query/><query/></function>',
        f'<function controlid="{"x" * 257}"><query/></function>',
        '<function controlid="a"><no_such_function/></function>',
        "<other/>",
    ],
)
def test_a_function_that_the_schema_does_not_know_fails_the_whole_request(
    desk: Desk, content: str
) -> None:
    good = function(customer("C-1"), "good")

    answer = desk.post(desk.document(good, content))

    assert control_error(answer) == "XL03000003"
    assert desk.rows(CUSTOMERS) == []


@pytest.mark.parametrize("login", ["<userid>u</userid>", "<password>p</password><userid/>", ""])
def test_a_login_out_of_order_fails_at_control_level(desk: Desk, login: str) -> None:
    answer = desk.ask(CUSTOMERS, authentication=f"<login>{login}</login>")

    assert control_error(answer) == "XL03000003"


def test_a_legacy_function_out_of_order_fails_the_request_and_nothing_runs(desk: Desk) -> None:
    turned = order("C-1").replace("<termname>Net 30</termname>", "", 1)
    turned = turned.replace("<customerid>", "<termname>Net 30</termname><customerid>", 1)

    answer = desk.post(desk.document(function(customer("C-1"), "a"), function(turned, "b")))

    assert control_error(answer) == "XL03000003"
    assert "termname" in answer.findtext("errormessage/error/description2")
    assert desk.rows(CUSTOMERS) == []


@pytest.mark.parametrize(("field", "value"), [("sender_id", "x"), ("sender_password", "x")])
def test_a_wrong_sender_fails_at_control_level(desk: Desk, field: str, value: str) -> None:
    right = getattr(desk.company.credentials, field)

    answer = desk.ask(CUSTOMERS, control=desk.control().replace(right, value))

    assert control_error(answer) == "XL03000006"
    assert "Partner ID or password" in answer.findtext("errormessage/error/description2")


def test_an_unknown_policy_and_an_unknown_version_fail_at_control_level(desk: Desk) -> None:
    policy = desk.control().replace("</dtdversion>", "</dtdversion><policyid>p</policyid>")
    version = desk.control().replace("3.0", "4.0")

    assert control_error(desk.ask(CUSTOMERS, control=policy)) == "XL03000006"
    assert control_error(desk.ask(CUSTOMERS, control=version)) == "XL03000006"


@pytest.mark.parametrize(
    "wrong", [{"user_id": "WS_CARTLEDGER"}, {"user_password": "x"}, {"company_id": "x"}]
)
def test_a_wrong_sign_in_gives_one_text_whatever_was_wrong(
    desk: Desk, wrong: dict[str, str]
) -> None:
    answer = desk.ask(CUSTOMERS, authentication=desk.signed_in(**wrong))

    assert answer.findtext("control/status") == "success"
    assert answer.findtext("operation/authentication/status") == "failure"
    credentials = desk.company.credentials
    asked = {"user_id": credentials.user_id, "company_id": credentials.company_id, **wrong}
    assert answer.findtext("operation/authentication/userid") == asked["user_id"]
    assert answer.findtext("operation/authentication/companyid") == asked["company_id"]
    assert answer.find("operation/result") is None
    text = answer.findtext("operation/errormessage/error/description2")
    assert text.startswith("Sign-in information is incorrect [Support ID: ")


def test_an_entity_that_is_none_fails_the_sign_in(desk: Desk) -> None:
    answer = desk.ask(CUSTOMERS, authentication=desk.signed_in("<locationid>999</locationid>"))

    assert answer.findtext("operation/authentication/status") == "failure"


def test_an_empty_entity_means_the_top_level(desk: Desk) -> None:
    answer = desk.ask(CUSTOMERS, authentication=desk.signed_in("<locationid/>"))

    assert answer.findtext("operation/authentication/status") == "success"


def test_a_session_slides_with_every_call_and_dies_of_silence(desk: Desk) -> None:
    session = f"<sessionid>{desk.session()}</sessionid>"
    seconds = desk.company.sessions.seconds

    desk.company.clock.advance(seconds - 1)
    alive = desk.ask(CUSTOMERS, authentication=session)
    until = desk.company.clock.stamp() + timedelta(seconds=seconds)
    desk.company.clock.advance(seconds)
    dead = desk.ask(CUSTOMERS, authentication=session)

    assert alive.findtext("operation/authentication/sessiontimeout") == until.isoformat()
    assert dead.findtext("operation/authentication/status") == "failure"
    text = dead.findtext("operation/errormessage/error/description2")
    assert text.startswith("Invalid session ")
    assert dead.findtext("operation/authentication/userid") == ""
    assert dead.findtext("operation/authentication/companyid") == ""


def test_all_sessions_can_be_ended_at_once(desk: Desk) -> None:
    session = f"<sessionid>{desk.session()}</sessionid>"

    desk.company.sessions.expire_all()

    answer = desk.ask(CUSTOMERS, authentication=session)
    assert answer.findtext("operation/errormessage/error/errorno") == "XL03000006"


def test_a_session_that_rest_gave_out_is_good_here(desk: Desk) -> None:
    session = desk.company.sessions.open(desk.company.credentials.user_id, "100")

    answer = desk.ask(CUSTOMERS, authentication=f"<sessionid>{session.id}</sessionid>")

    assert answer.findtext("operation/authentication/locationid") == "100"


def test_a_session_is_opened_where_it_was_asked_for(desk: Desk) -> None:
    at_entity = desk.signed_in("<locationid>100</locationid>")
    same = desk.result("<getAPISession/>", authentication=at_entity)
    other = desk.result("<getAPISession><locationid>200</locationid></getAPISession>")
    top = desk.result("<getAPISession><locationid/></getAPISession>", authentication=at_entity)
    nowhere = desk.result("<getAPISession><locationid>999</locationid></getAPISession>")

    assert same.findtext("data/api/locationid") == "100"
    assert other.findtext("data/api/locationid") == "200"
    assert top.findtext("data/api/locationid") == ""
    assert nowhere.findtext("status") == "failure"


@pytest.mark.parametrize("place", ["", "<locationid/>"])
@pytest.mark.parametrize(
    "asked", ["<getAPISession/>", "<getAPISession><locationid/></getAPISession>"]
)
def test_who_may_enter_one_entity_only_lands_there(desk: Desk, place: str, asked: str) -> None:
    desk.company.add_user("clerk", "pw", entities=["200"])
    as_clerk = desk.signed_in(place, user_id="clerk", user_password="pw")

    answer = desk.ask(asked, authentication=as_clerk)

    assert answer.findtext("operation/authentication/locationid") == "200"
    assert answer.findtext("operation/result/data/api/locationid") == "200"


def test_a_session_is_opened_alone_or_not_at_all(desk: Desk) -> None:
    answer = desk.post(desk.document(function("<getAPISession/>", "a"), function(CUSTOMERS, "b")))

    statuses = [result.findtext("status") for result in answer.iterfind("operation/result")]
    assert statuses == ["failure", "success"]


def test_the_endpoint_is_the_address_that_the_client_used(desk: Desk) -> None:
    body = desk.document(function("<getAPISession/>")).encode()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/ia/xml/xmlgw.phtml",
        "root_path": "/ia/xml/xmlgw.phtml",
        "query_string": b"x=1",
        "headers": [(b"host", b"localhost:4711")],
        "server": ("127.0.0.1", 4711),
    }
    asyncio.run(desk.gateway(scope, receive, send))

    assert sent[0]["status"] == 200
    assert b"<endpoint>http://localhost:4711/ia/xml/xmlgw.phtml</endpoint>" in sent[1]["body"]


def test_only_post_is_served(desk: Desk) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    asyncio.run(desk.gateway(scope, receive, send))

    assert sent[0]["status"] == 405


def test_white_space_is_left_out_on_demand(desk: Desk) -> None:
    airy = desk.document(function(CUSTOMERS))
    dense = desk.document(
        function(CUSTOMERS),
        control=desk.control(more="<includewhitespace>false</includewhitespace>"),
    )

    assert b"\n  <" in desk.gateway.answer(airy.encode(), "http://h/")[0]
    assert b"\n  <" not in desk.gateway.answer(dense.encode(), "http://h/")[0]


def test_a_control_id_counts_by_default_and_runs_once(desk: Desk) -> None:
    control = desk.control(unique="")
    first = desk.result(batch(), control=control)
    second = desk.result(batch(), control=control)

    assert first.findtext("status") == "success"
    assert second.findtext("status") == "failure"
    assert "already executed" in second.findtext("errormessage/error/description2")
    assert len(desk.rows(query("GLBATCH", "RECORDNO"))) == 1


def test_a_repeated_control_id_can_be_answered_with_the_first_result() -> None:
    desk = Desk(Switches(duplicate_control_id="replay"))

    answers = [desk.unique(function(batch())) for _ in range(2)]

    keys = [answer.findtext("operation/result/data/glbatch/RECORDNO") for answer in answers]
    assert keys == ["1", "1"]
    assert len(desk.rows(query("GLBATCH", "RECORDNO"))) == 1


def test_without_uniqueness_a_function_runs_every_time(desk: Desk) -> None:
    for _ in range(2):
        assert desk.result(batch()).findtext("status") == "success"

    assert len(desk.rows(query("GLBATCH", "RECORDNO"))) == 2


def test_a_failed_function_does_not_use_its_control_id_up(desk: Desk) -> None:
    crooked = desk.unique(function(batch(credit="1.00")))
    straight = desk.unique(function(batch()))

    assert crooked.findtext("operation/result/status") == "failure"
    assert straight.findtext("operation/result/status") == "success"


def test_reads_may_repeat_their_control_id(desk: Desk) -> None:
    statuses = [
        desk.unique(function(CUSTOMERS)).findtext("operation/result/status") for _ in range(2)
    ]

    assert statuses == ["success", "success"]


def test_a_transaction_is_undone_as_a_whole(desk: Desk) -> None:
    functions = [
        function(customer("C-1"), "a"),
        function(customer("C-1"), "b"),
        function(customer("C-2"), "c"),
    ]

    answer = desk.unique(*functions, transaction=' transaction="true"')

    results = answer.findall("operation/result")
    assert [result.findtext("status") for result in results] == ["aborted", "failure", "aborted"]
    assert [result.findtext("controlid") for result in results] == ["a", "b", "c"]
    assert all(result.find("data") is None for result in results)
    errors = [entry.text for entry in results[1].iterfind("errormessage/error/errorno")]
    assert errors == ["BL34000061", "BL01001973", "XL03000009"]
    assert "rolled back" in results[0].findtext("errormessage/error/description2")
    assert desk.rows(CUSTOMERS) == []


def test_a_rolled_back_control_id_may_be_used_again(desk: Desk) -> None:
    twice = [function(customer("C-1"), "a"), function(customer("C-1"), "b")]
    desk.unique(*twice, transaction=' transaction="true"')

    answer = desk.unique(function(customer("C-1"), "a"))

    assert answer.findtext("operation/result/status") == "success"


def test_a_transaction_that_succeeds_stays(desk: Desk) -> None:
    both = [function(customer("C-1"), "a"), function(customer("C-2"), "b")]

    desk.unique(*both, transaction=' transaction="true"')

    assert len(desk.rows(CUSTOMERS)) == 2


def test_without_a_transaction_each_function_stands_alone(desk: Desk) -> None:
    three = [
        function(customer("C-1"), "a"),
        function(customer("C-1"), "b"),
        function(customer("C-2"), "c"),
    ]

    results = desk.post(desk.document(*three)).findall("operation/result")

    assert [r.findtext("status") for r in results] == ["success", "failure", "success"]


def test_a_create_of_several_may_fail_and_have_made_some(desk: Desk) -> None:
    inner = [customer(name)[len("<create>") : -len("</create>")] for name in ("C-1", "C-1", "C-2")]

    result = desk.result(f"<create>{''.join(inner)}</create>")

    assert result.findtext("status") == "failure"
    assert result.find("data").get("count") == "1"
    assert result.findtext("data/customer/CUSTOMERID") == "C-1"
    assert [child.tag for child in result][-2:] == ["data", "errormessage"]
    assert len(desk.rows(CUSTOMERS)) == 1


def test_details_of_an_error_are_given_on_demand(desk: Desk) -> None:
    more = "<showadditionalerrorinfo>true</showadditionalerrorinfo>"
    plain = desk.result(batch(credit="1.00"))
    detailed = desk.result(batch(credit="1.00"), control=desk.control(more=more))

    assert plain.find("errormessage/error/additionalinfo") is None
    assert detailed.findtext("errormessage/error/additionalinfo/errorid") == "GL-1009"


def test_a_role_that_does_not_cover_an_object_is_told_so(desk: Desk) -> None:
    desk.company.add_user("reader", "reader-password", permissions={"customer": ["list"]})
    reader = desk.signed_in(user_id="reader", user_password="reader-password")

    assert desk.rows(CUSTOMERS, authentication=reader) == []
    refused = desk.result(customer("C-1"), authentication=reader)
    assert refused.findtext("errormessage/error/errorno") == "PL04000005"
