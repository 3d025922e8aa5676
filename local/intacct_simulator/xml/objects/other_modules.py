"""Objects of modules beside a shop's own, with the fields that public clients select (§12.5)."""

from __future__ import annotations

from dataclasses import replace

from local.intacct_simulator.xml.objects.masters import AUDIT
from local.intacct_simulator.xml.objects.model import Relation, XmlObject, empty, fields
from local.intacct_simulator.xml.objects.parts import listed


def _master(
    name: str,
    table: str,
    id_field: str,
    text: str,
    *,
    known: str = "",
    relations: dict[str, Relation] | None = None,
) -> XmlObject:
    found = listed(name, table, id_field, text, known=known)
    return replace(found, relations=relations or {}, can_write=True)


def _never_written(name: str, table: str, known: str) -> XmlObject:
    """An object whose documents this company has none of; it can be asked for (books: others)."""
    return XmlObject(name, table, fields(f"RECORDNO key int\n{AUDIT}") | empty(known))


VENDOR = _master(
    "VENDOR",
    "vendor",
    "VENDORID",
    """
NAME         name
PARENTKEY    parent int
PARENTID     parent.id
PARENTNAME   parent.name
TERMNAME     term.id
TAXID        tax_id
CURRENCY     currency
VENDORACCOUNTNO account_number
COMMENTS     notes
TOTALDUE     - num
DISPLAYCONTACTKEY contact_default int
""",
    known="VENDTYPE ACCOUNTLABEL APACCOUNT APACCOUNTTITLE ONHOLD VENDTYPE1099TYPE RECORD_URL",
    relations={"DISPLAYCONTACT": Relation("CONTACT", "contact_default")},
)
EMPLOYEE = _master(
    "EMPLOYEE",
    "employee",
    "EMPLOYEEID",
    """
NAME         name
TITLE        title
STARTDATE    start_date day
ENDDATE      end_date day
LOCATIONID   location.id
LOCATIONKEY  location int
DEPARTMENTID department.id
DEPARTMENTKEY department int
CONTACTKEY   contact_primary int
CONTACT_NAME contact_primary.id
PERSONALINFO.CONTACTNAME contact_primary.id
""",
    known="SSN BIRTHDATE EMPLOYEETYPE EMPLOYEETYPE1099TYPE GENDER TERMINATIONTYPE CURRENCY "
    "PAYMETHODKEY RECORD_URL",
    relations={"CONTACT": Relation("CONTACT", "contact_primary")},
)

OTHERS = [
    VENDOR,
    EMPLOYEE,
    _master(
        "TASK",
        "task",
        "TASKID",
        """
NAME         name
DESCRIPTION  description
PARENTKEY    parent int
PARENTID     parent.id
PARENTTASKNAME parent.name
PROJECTKEY   project int
PROJECTID    project.id
PROJECTNAME  project.name
ITEMKEY      item int
ITEMID       item.id
ITEMNAME     item.name
BILLABLE     is_billable bool
""",
        known=(
            "TASKNO TASKSTATUS CLASSID CLASSNAME CLASSKEY ROOTPARENTKEY ROOTPARENTID ROOTPARENTNAME"
        ),
    ),
    _master(
        "COSTTYPE",
        "cost_type",
        "COSTTYPEID",
        """
NAME         name
DESCRIPTION  description
PROJECTKEY   project int
PROJECTID    project.id
PROJECTNAME  project.name
TASKKEY      task int
TASKID       task.id
TASKNAME     task.name
""",
    ),
    _master(
        "TAXDETAIL",
        "tax_detail",
        "DETAILID",
        """
DESCRIPTION  description
TAXTYPE      tax_type
VALUE        tax_percent num
TAXSOLUTIONID tax_solution
GLACCOUNT    account.id
""",
        known=(
            "TAXUID MINTAXABLE MAXTAXABLE INCLUDE MINTAX MAXTAX TAXAUTHORITY REVERSECHARGE TAXRATE"
        ),
    ),
    _master(
        "TAXSOLUTION",
        "tax_solution",
        "SOLUTIONID",
        """
DESCRIPTION  description
TAXMETHOD    tax_method
TYPE         solution_type
STARTDATE    start_date day
GLACCOUNTSALE sales_account.id
GLACCOUNTSALETITLE sales_account.name
GLACCOUNTSALEKEY sales_account int
GLACCOUNTPURCHASE purchase_account.id
GLACCOUNTPURCHASETITLE purchase_account.name
GLACCOUNTPURCHASEKEY purchase_account int
""",
        known=(
            "SHOWMULTILINETAX ARADVANCEOFFSETACCT ARADVANCEOFFSETACCTTITLE ARADVANCEOFFSETACCTKEY "
            "ALTSETUP LASTUPDATE SUBMISSIONPROCESS"
        ),
    ),
    _master(
        "EEACCOUNTLABEL",
        "expense_type",
        "ACCOUNTLABEL",
        """
DESCRIPTION  description
GLACCOUNTNO  account.id
GLACCOUNTTITLE account.name
ITEMID       item.id
""",
    ),
    _master(
        "EXPENSEPAYMENTTYPE",
        "expense_payment_type",
        "NAME",
        """
DESCRIPTION  description
NONREIMBURSABLE is_non_reimbursable bool
OFFSETACCTNO account.id
OFFSETACCTTITLE account.name
""",
    ),
    _master(
        "ALLOCATION", "allocation_template", "ALLOCATIONID", "DESCRIPTION description", known="TYPE"
    ),
    _master(
        "SAVINGSACCOUNT",
        "savings_account",
        "BANKACCOUNTID",
        "BANKNAME bank_name\nBANKACCOUNTNO bank_account_number\nGLACCOUNTNO account.id\n"
        "CURRENCY currency",
    ),
    _master(
        "CREDITCARD",
        "credit_card",
        "CARDID",
        "DESCRIPTION description",
        known=(
            "CARDTYPE EXP_MONTH EXP_YEAR COMMCARD VENDORID DEPT LOCATION "
            "LIABILITYTYPE OUTSOURCECARD"
        ),
    ),
    _master("CUSTTYPE", "customer_type", "NAME", "", known="PARENTKEY PARENT.NAME"),
    _master("TERRITORY", "territory", "TERRITORYID", "NAME name", known="PARENTID MANAGERID"),
    _master("SHIPMETHOD", "shipping_method", "NAME", ""),
    _never_written("EPPAYMENT", "employee_payment", "RECORDID STATE EMPLOYEEID DESCRIPTION"),
    _never_written(
        "APBILL",
        "ap_bill",
        "RECORDID RECORD_URL STATE VENDORID VENDORNAME DOCNUMBER TERMNAME WHENPOSTED TOTALENTERED "
        "TOTALSELECTED TOTALPAID TOTALDUE WHENDUE WHENPAID RECPAYMENTDATE PAYMENTPRIORITY "
        "DESCRIPTION ONHOLD BASECURR CURRENCY DUE_IN_DAYS PRBATCH SUPDOCID",
    ),
    _never_written("APPYMT", "ap_payment", "RECORDID STATE VENDORID DOCNUMBER DESCRIPTION"),
    _never_written(
        "EEXPENSES",
        "employee_expense",
        "RECORDID STATE EMPLOYEEID WHENPOSTED TOTALENTERED TOTALPAID TOTALDUE WHENPAID DESCRIPTION "
        "MEMO BASECURR CURRENCY SUPDOCID",
    ),
    _never_written(
        "CCTRANSACTION",
        "credit_card_txn",
        "RECORDID RECORD_URL DESCRIPTION BASECURR CURRENCY TOTALENTERED TRX_TOTALENTERED TOTALPAID "
        "TRX_TOTALPAID TOTALSELECTED TRX_TOTALSELECTED TOTALDUE TRX_TOTALDUE WHENPAID STATE "
        "RAWSTATE CLEARED INCLUSIVETAX TAXSOLUTIONID TAXMETHOD",
    ),
]
