"""Which function element is carried out by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from local.intacct_simulator.xml import (
    audit_trail,
    company_setup,
    describe,
    generic_writes,
    legacy_attachments,
    legacy_ledger,
    legacy_lists,
    legacy_masters,
    legacy_orders,
    legacy_receivables,
    query,
    reads,
)
from local.intacct_simulator.xml.calls import Call, Outcome

GET_SESSION = "getAPISession"

FUNCTIONS: Mapping[str, Callable[[Call], Outcome]] = {
    "query": query.run,
    "read": reads.read,
    "readByName": reads.read_by_name,
    "readByQuery": reads.read_by_query,
    "readMore": reads.read_more,
    "create": generic_writes.create,
    "update": generic_writes.update,
    "delete": generic_writes.delete,
    "lookup": describe.lookup,
    "inspect": describe.inspect,
    "getDimensions": describe.dimensions,
    "readUserFormatting": describe.user_formatting,
    "getUserPermissions": describe.user_permissions,
    "getAuditTrail": audit_trail.audit_trail,
    "get_applications": company_setup.applications,
    "get_companyprefs": company_setup.preferences,
    "get_list": legacy_lists.get_list,
    "get": legacy_lists.get,
    "create_supdoc": legacy_attachments.create_supdoc,
    "update_supdoc": legacy_attachments.update_supdoc,
    "delete_supdoc": legacy_attachments.delete_supdoc,
    "create_supdocfolder": legacy_attachments.create_supdocfolder,
    "update_supdocfolder": legacy_attachments.update_supdocfolder,
    "delete_supdocfolder": legacy_attachments.delete_supdocfolder,
    "create_sotransaction": legacy_orders.create_sotransaction,
    "update_sotransaction": legacy_orders.update_sotransaction,
    "delete_sotransaction": legacy_orders.delete_sotransaction,
    "create_ictransaction": legacy_orders.create_ictransaction,
    "delete_ictransaction": legacy_orders.delete_ictransaction,
    "create_invoice": legacy_receivables.create_invoice,
    "update_invoice": legacy_receivables.update_invoice,
    "delete_invoice": legacy_receivables.delete_invoice,
    "reverse_invoice": legacy_receivables.reverse_invoice,
    "create_aradjustment": legacy_receivables.create_aradjustment,
    "delete_aradjustment": legacy_receivables.delete_aradjustment,
    "reverse_aradjustment": legacy_receivables.reverse_aradjustment,
    "create_arpayment": legacy_receivables.create_arpayment,
    "apply_arpayment": legacy_receivables.apply_arpayment,
    "reverse_arpayment": legacy_receivables.reverse_arpayment,
    "create_customer": legacy_masters.create_customer,
    "update_customer": legacy_masters.update_customer,
    "delete_customer": legacy_masters.delete_customer,
    "create_contact": legacy_masters.create_contact,
    "update_contact": legacy_masters.update_contact,
    "delete_contact": legacy_masters.delete_contact,
    **dict.fromkeys(legacy_masters.DELETES, legacy_masters.delete_by_id),
    "create_gltransaction": legacy_ledger.create_gltransaction,
    "delete_gltransaction": legacy_ledger.delete_gltransaction,
}
