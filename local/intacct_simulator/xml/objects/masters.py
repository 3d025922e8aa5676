"""Master data: names of XML reference §12 over the books' tables."""

from __future__ import annotations

from local.intacct_simulator.xml.objects import words
from local.intacct_simulator.xml.objects.model import Lines, Relation, XmlObject, empty, fields

AUDIT = """
WHENCREATED    created_at   at
WHENMODIFIED   modified_at  at
AUWHENCREATED  created_at   at
CREATEDBY      created_by   int
MODIFIEDBY     modified_by  int
MEGAENTITYKEY  entity       int
MEGAENTITYID   entity.id
MEGAENTITYNAME entity.name
"""
_STATUS = {"status": words.STATUS}

CONTACT = XmlObject(
    "CONTACT",
    "contact",
    fields(
        """
RECORDNO      key int
CONTACTNAME   id
PRINTAS       print_as
COMPANYNAME   company_name
PREFIX        prefix
FIRSTNAME     first_name
LASTNAME      last_name
INITIAL       middle_name
PHONE1        phone1
PHONE2        phone2
CELLPHONE     mobile
PAGER         pager
FAX           fax
EMAIL1        email1
EMAIL2        email2
URL1          url1
URL2          url2
TAXABLE       is_taxable bool
TAXID         tax_id
TAXGROUP      tax_group
TAXGROUP.NAME tax_group
TAXSOLUTIONID -
TAXSCHEDULE   -
VISIBLE       show_in_contact_list bool
STATUS        status status
MAILADDRESS.ADDRESS1       address_line1
MAILADDRESS.ADDRESS2       address_line2
MAILADDRESS.ADDRESS3       address_line3
MAILADDRESS.CITY           city
MAILADDRESS.STATE          state
MAILADDRESS.ZIP            post_code
MAILADDRESS.COUNTRY        @country
MAILADDRESS.COUNTRYCODE    @country_code
MAILADDRESS.ISOCOUNTRYCODE @country_code
TAXGROUP.RECORDNO -
"""
        + AUDIT,
        _STATUS,
    ),
    id_field="CONTACTNAME",
    can_write=True,
)

CUSTOMER = XmlObject(
    "CUSTOMER",
    "customer",
    fields(
        """
RECORDNO     key int
CUSTOMERID   id
NAME         name
ENTITY       @customer_entity
PARENTKEY    parent int
PARENTID     parent.id
PARENTNAME   parent.name
CUSTTYPE     customer_type.id
TERRITORYID  territory.id
TERMNAME     term.id
SHIPPINGMETHOD shipping_method.id
TAXID        tax_id
RESALENO     resale_number
CREDITLIMIT  credit_limit num
COMMENTS     notes
CURRENCY     currency
TOTALDUE     ~total_due num
ARACCOUNT    default_revenue_account.id
OFFSETGLACCOUNTNO override_offset_account.id
STATUS       status status
ONETIME      is_one_time_use bool
ONHOLD       is_on_hold bool
EMAILOPTIN   email_opt_in bool
DELIVERY_OPTIONS delivery_options delivery
DELIVERYOPTIONS  delivery_options delivery
OBJECTRESTRICTION restriction restriction
DISPLAYCONTACTKEY contact_default int
CUSTREPID    sales_representative.id
CUSTREPNAME  sales_representative.name
CUSTREPKEY   sales_representative int
SUPDOCID     attachment.id
RESTRICTEDLOCATIONS   restricted_locations
RESTRICTEDDEPARTMENTS restricted_departments
ARINVOICEPRINTTEMPLATEID ar_invoice_template
OEQUOTEPRINTTEMPLATEID   quote_template
OEORDERPRINTTEMPLATEID   order_template
OELISTPRINTTEMPLATEID    list_template
OEINVOICEPRINTTEMPLATEID invoice_template
OEADJPRINTTEMPLATEID     adjustment_template
OEOTHERPRINTTEMPLATEID   other_template
"""
        + AUDIT,
        {
            **_STATUS,
            "delivery": words.DELIVERY,
            "restriction": words.RESTRICTION,
        },
    )
    | empty(
        "GLGRPKEY GLGROUP HIDEDISPLAYCONTACT "
        "RETAINAGEPERCENTAGE ADVBILLBY ADVBILLBYTYPE CUSTMESSAGEID PRICELIST PRICESCHEDULE "
        "RECORD_URL"
    ),
    id_field="CUSTOMERID",
    relations={
        "DISPLAYCONTACT": Relation("CONTACT", "contact_default"),
        "CONTACTINFO": Relation("CONTACT", "contact_primary"),
        "BILLTOCONTACT": Relation("CONTACT", "contact_bill_to"),
        "SHIPTOCONTACT": Relation("CONTACT", "contact_ship_to"),
        "BILLTO": Relation("CONTACT", "contact_bill_to"),
        "SHIPTO": Relation("CONTACT", "contact_ship_to"),
    },
    can_write=True,
)

ITEM = XmlObject(
    "ITEM",
    "item",
    fields(
        """
RECORDNO   key int
ITEMID     id
NAME       name
ITEMTYPE   item_type type
STATUS     status status
PRODUCTLINEID product_line
COST_METHOD cost_method cost
EXTENDED_DESCRIPTION description
SODESCRIPTION so_description
PODESCRIPTION po_description
GLGROUP    gl_group.id
BASEPRICE  base_price num
STANDARD_COST standard_cost num
BASEUOM    unit
UOMGRP     @unit_group
TAXABLE    is_taxable bool
TAXGROUP   tax_group
TAXGROUP.NAME tax_group
UPC        upc
SHIP_WEIGHT shipping_weight num
INCOMEACCTKEY income_account
"""
        + AUDIT,
        {**_STATUS, "type": words.ITEM_TYPE, "cost": words.COST_METHOD},
    )
    | empty(
        "NOTE INVACCTKEY EXPENSEACCTKEY COGSACCTKEY OFFSETOEGLACCOUNTKEY "
        "OFFSETPOGLACCOUNTKEY DEFERREDREVACCTKEY ENABLE_SERIALNO SERIAL_MASKKEY ENABLE_BINS "
        "ENABLE_LOT_CATEGORY LOT_CATEGORYKEY ENABLE_EXPIRATION INV_PRECISION SO_PRECISION "
        "PO_PRECISION HASSTARTENDDATES TERMPERIOD TOTALPERIODS ENABLEFULFILLMENT "
        "CONTRACTENABLED DEFAULT_CONVERSIONTYPE WEBENABLED WEBNAME AVERAGE_COST"
    ),
    id_field="ITEMID",
    # The reference names no element for a kit's components: these names are UNCONFIRMED.
    lines=Lines("ITEMCOMPONENTS", "itemcomponent", "ITEMCOMPONENT"),
    can_write=True,
)

WAREHOUSE = XmlObject(
    "WAREHOUSE",
    "warehouse",
    fields(
        """
RECORDNO    key int
WAREHOUSEID id
NAME        name
LOC         location.id
LOC.LOCATIONID location.id
LOCATIONID  location.id
PARENTID    parent.id
PARENTKEY   parent int
PARENTNAME  parent.name
MANAGERID   manager.id
MANAGER.NAME manager.name
CONTACTINFO.CONTACTNAME contact_primary.id
SHIPTO.CONTACTNAME contact_ship_to.id
STATUS      status status
"""
        + AUDIT,
        _STATUS,
    )
    | empty("CONTACTINFO SHIPTO USEDINGL ENABLE_REPLENISHMENT ENABLENEGATIVEINV"),
    id_field="WAREHOUSEID",
    can_write=True,
)


def _dimension(
    name: str,
    table: str,
    id_field: str,
    title: str,
    *,
    more: str = "",
    known: str = "",
    only: tuple[str, object] | None = None,
) -> XmlObject:
    return XmlObject(
        name,
        table,
        fields(
            f"""
RECORDNO key int
{id_field} id
{title} name
PARENTKEY parent int
PARENTID parent.id
PARENTNAME parent.name
DESCRIPTION description
STATUS status status
{more}
"""
            + AUDIT,
            _STATUS,
        )
        | empty(known),
        id_field=id_field,
        can_write=only is None,
        only=only,
    )


LOCATION = _dimension(
    "LOCATION",
    "location",
    "LOCATIONID",
    "NAME",
    more="CURRENCY currency\nSTARTDATE start_date day\nENDDATE end_date day",
    known="REPORTPRINTAS TAXID ENTITYRECORDNO SUPERVISORID SUPERVISORNAME",
)
LOCATIONENTITY = _dimension(
    "LOCATIONENTITY",
    "location",
    "LOCATIONID",
    "NAME",
    more="CURRENCY currency",
    only=("is_entity", True),
)
DEPARTMENT = _dimension(
    "DEPARTMENT", "department", "DEPARTMENTID", "TITLE", known="SUPERVISORID CUSTTITLE"
)
CLASS = _dimension("CLASS", "class", "CLASSID", "NAME")
PROJECT = _dimension(
    "PROJECT",
    "project",
    "PROJECTID",
    "NAME",
    more="CUSTOMERKEY customer int\nCUSTOMERID customer.id\nCUSTOMERNAME customer.name",
    known="PROJECTCATEGORY PROJECTSTATUS PROJECTTYPE MANAGERID BEGINDATE ENDDATE CURRENCY",
)

_ACCOUNT = """
RECORDNO      key int
ACCOUNTNO     id
TITLE         name
ACCOUNTTYPE   account_type type
NORMALBALANCE normal_balance balance
CLOSINGTYPE   closing_type closing
CATEGORY      category
STATUS        status status
TAXABLE       is_taxable bool
REQUIREDEPT   require_department bool
REQUIRELOC    require_location bool
REQUIREPROJECT require_project bool
REQUIRECUSTOMER require_customer bool
REQUIREITEM   require_item bool
REQUIRECLASS  require_class bool
REQUIREWAREHOUSE require_warehouse bool
"""
_ACCOUNT_WORDS = {
    **_STATUS,
    "type": words.ACCOUNT_TYPE,
    "balance": words.NORMAL_BALANCE,
    "closing": words.CLOSING_TYPE,
}
GLACCOUNT = XmlObject(
    "GLACCOUNT",
    "account",
    fields(_ACCOUNT + AUDIT, _ACCOUNT_WORDS)
    | empty("CLOSINGACCOUNTNO ALTERNATIVEACCOUNT REQUIREVENDOR REQUIREEMPLOYEE REQUIRECONTRACT"),
    id_field="ACCOUNTNO",
    can_write=True,
)
STATACCOUNT = XmlObject(
    "STATACCOUNT",
    "account",
    fields(
        _ACCOUNT.replace("account_type type", "report_type report") + AUDIT,
        {**_ACCOUNT_WORDS, "report": words.REPORT_TYPE},
    ),
    id_field="ACCOUNTNO",
    can_write=True,
    only=("account_type", "statistical"),
)
