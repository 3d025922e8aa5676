"""Raw requests to the simulated gateway, as any client of anyone would send them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from local.intacct_simulator.company import Company, Switches
from local.intacct_simulator.xml.gateway import Gateway, app

HERE = "http://127.0.0.1:8099/ia/xml/xmlgw.phtml"


def function(content: str, control_id: str = "f-1") -> str:
    return f'<function controlid="{control_id}">{content}</function>'


class Desk:
    """One company behind its gateway, with time standing still."""

    def __init__(self, switches: Switches | None = None) -> None:
        self.company = Company(switches=switches)
        self.company.clock.set(datetime(2026, 11, 22, 12, tzinfo=UTC), freeze=True)
        self.gateway: Gateway = app(self.company)
        self.login = (
            "<login><userid>{user_id}</userid><companyid>{company_id}</companyid>"
            "<password>{user_password}</password>{more}</login>"
        )

    def signed_in(self, more: str = "", **other: str) -> str:
        credentials = self.company.credentials
        values = {
            "user_id": credentials.user_id,
            "company_id": credentials.company_id,
            "user_password": credentials.user_password,
            **other,
        }
        return self.login.format(more=more, **values)

    def control(self, *, unique: str = "<uniqueid>false</uniqueid>", more: str = "") -> str:
        credentials = self.company.credentials
        return (
            f"<control><senderid>{credentials.sender_id}</senderid>"
            f"<password>{credentials.sender_password}</password><controlid>c-1</controlid>"
            f"{unique}<dtdversion>3.0</dtdversion>{more}</control>"
        )

    def document(
        self,
        *functions: str,
        control: str = "",
        authentication: str = "",
        transaction: str = "",
    ) -> str:
        return (
            f"<request>{control or self.control()}<operation{transaction}>"
            f"<authentication>{authentication or self.signed_in()}</authentication>"
            f"<content>{''.join(functions)}</content></operation></request>"
        )

    def post(self, document: str) -> Any:
        content, media_type = self.gateway.answer(document.encode(), HERE)
        assert media_type.startswith("text/xml")
        return etree.fromstring(content)

    def ask(self, content: str, **parts: str) -> Any:
        """The whole answer to one function."""
        return self.post(self.document(function(content), **parts))

    def result(self, content: str, **parts: str) -> Any:
        """The result of one function."""
        return self.ask(content, **parts).find("operation/result")

    def rows(self, content: str, **parts: str) -> list[Any]:
        """The rows of one successful function."""
        result = self.result(content, **parts)
        assert result.findtext("status") == "success", etree.tostring(result)
        return list(result.find("data"))

    def unique(self, *functions: str, transaction: str = "") -> Any:
        """The answer to functions whose control ids count."""
        control = self.control(unique="<uniqueid>true</uniqueid>")
        return self.post(self.document(*functions, control=control, transaction=transaction))

    def session(self, more: str = "<getAPISession/>") -> str:
        """The id of a new session."""
        return str(self.result(more).findtext("data/api/sessionid"))


def customer(customer_id: str, name: str = "Ada") -> str:
    return (
        f"<create><CUSTOMER><CUSTOMERID>{customer_id}</CUSTOMERID><NAME>{name}</NAME>"
        f"<DISPLAYCONTACT><PRINTAS>{name}</PRINTAS>"
        f"<EMAIL1>{customer_id}@example.com</EMAIL1></DISPLAYCONTACT></CUSTOMER></create>"
    )


def day(name: str) -> str:
    return f"<{name}><year>2026</year><month>11</month><day>20</day></{name}>"


def order(customer_id: str, definition: str = "Sales Order", more: str = "") -> str:
    return (
        f"<create_sotransaction><transactiontype>{definition}</transactiontype>"
        f"{day('datecreated')}{more}<customerid>{customer_id}</customerid>"
        "<referenceno>WEB-5001</referenceno><termname>Net 30</termname><state>Pending</state>"
        "<sotransitems><sotransitem><itemid>TEE</itemid><quantity>2</quantity><unit>Each</unit>"
        "<price>10.50</price><locationid>100</locationid></sotransitem></sotransitems>"
        "</create_sotransaction>"
    )


def invoice(customer_id: str, amount: str = "100.00", head: str = "") -> str:
    return (
        f"<create_invoice><customerid>{customer_id}</customerid>{day('datecreated')}"
        f"{day('datedue')}{head}<invoiceitems><lineitem><glaccountno>4000</glaccountno>"
        f"<amount>{amount}</amount><locationid>100</locationid></lineitem></invoiceitems>"
        "</create_invoice>"
    )


def batch(debit: str = "75.50", credit: str = "75.50", reference: str = "GL-1") -> str:
    return (
        "<create><GLBATCH><JOURNAL>GJ</JOURNAL><BATCH_DATE>11/20/2026</BATCH_DATE>"
        f"<BATCH_TITLE>Shop sales</BATCH_TITLE><REFERENCENO>{reference}</REFERENCENO><ENTRIES>"
        f"<GLENTRY><ACCOUNTNO>1200</ACCOUNTNO><TR_TYPE>1</TR_TYPE><TRX_AMOUNT>{debit}</TRX_AMOUNT>"
        "<LOCATION>100</LOCATION></GLENTRY>"
        f"<GLENTRY><ACCOUNTNO>4000</ACCOUNTNO><TR_TYPE>-1</TR_TYPE><AMOUNT>{credit}</AMOUNT>"
        "<LOCATION>100</LOCATION></GLENTRY></ENTRIES></GLBATCH></create>"
    )


def query(name: str, fields: str, rest: str = "") -> str:
    selected = "".join(f"<field>{field}</field>" for field in fields.split())
    return f"<query><object>{name}</object><select>{selected}</select>{rest}</query>"


def where(condition: str) -> str:
    return f"<filter>{condition}</filter>"


def by_query(name: str, condition: str, rest: str = "") -> str:
    escaped = condition.replace("<", "&lt;")
    return (
        f"<readByQuery><object>{name}</object><query>{escaped}</query>"
        f"<fields>*</fields>{rest}</readByQuery>"
    )


def key_of(result: Any) -> str:
    assert result.findtext("status") == "success", etree.tostring(result)
    return str(result.findtext("key"))


def first_error(result: Any) -> tuple[str, str]:
    assert result.findtext("status") == "failure"
    error = result.find("errormessage/error")
    return error.findtext("errorno"), error.findtext("description2")


def balance(desk: Desk, account: str) -> Decimal:
    rows = desk.company.books.trial_balance()
    return sum((row.balance for row in rows if row.account == account), start=Decimal(0))


def value(desk: Desk, name: str, field: str, key: str = "1") -> str:
    condition = f"<filter><equalto><field>RECORDNO</field><value>{key}</value></equalto></filter>"
    rows = desk.rows(query(name, field, condition))
    assert len(rows) == 1
    return str(rows[0].findtext(field))
