"""Who may come in: sender, login, session; and the answer that tells until when (§5)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.intacct_simulator.xml.calls import Caller
from local.intacct_simulator.xml.failures import (
    SIGN_IN,
    ControlError,
    Fault,
    SignInError,
)
from local.intacct_simulator.xml.nodes import Node, text_of

_DTD_VERSIONS = ("2.1", "3.0")


@dataclass(frozen=True)
class Access:
    """A caller who was let in, with what the authentication element answers."""

    caller: Caller
    company_id: str
    at: datetime
    until: datetime


def check_control(company: Any, control: Node) -> None:
    """Refuse a wrong sender, an unknown DTD version, and every transport policy.

    Raises:
        ControlError: one of them.
    """
    credentials = company.credentials
    is_sender = _same(text_of(control, "senderid"), credentials.sender_id)
    is_password = _same(text_of(control, "password"), credentials.sender_password)
    if not (is_sender and is_password):
        raise ControlError(Fault(SIGN_IN, "Incorrect Intacct XML Partner ID or password."))
    version = text_of(control, "dtdversion")
    if version not in _DTD_VERSIONS:
        raise ControlError(Fault(SIGN_IN, f"The dtdversion '{version}' is not supported."))
    policy = text_of(control, "policyid")
    if policy:
        raise ControlError(Fault(SIGN_IN, f"'{policy}' is not a valid transport policy."))


def enter(company: Any, authentication: Node) -> Access:
    """Let a login or a session in; each use of a session moves its time-out (§5.2).

    The schema has OAuth as well (§3.1); no token of it is known here.

    Raises:
        SignInError: neither is good.
    """
    login = authentication.find("login")
    if login is not None:
        return _by_login(company, login)
    if authentication.find("oauth") is not None:
        raise SignInError(Fault(SIGN_IN, "Sign-in information is incorrect"))
    return _by_session(company, text_of(authentication, "sessionid"))


def _by_login(company: Any, login: Node) -> Access:
    credentials = company.credentials
    user_id, company_id = text_of(login, "userid"), text_of(login, "companyid")
    user = company.user(user_id)
    password = company.passwords.get(user_id, "")
    is_known = _same(company_id, credentials.company_id)
    is_user = user is not None and user.get("status") == "active" and password != ""
    is_password = _same(text_of(login, "password"), password)
    if not (is_known and is_user and is_password):
        fault = Fault(SIGN_IN, "Sign-in information is incorrect")
        raise SignInError(fault, user_id=user_id, company_id=company_id)
    # Who may work in one entity only lands there (§5.1).
    entity = text_of(login, "locationid") or company.home_of(user_id)
    if not company.may_enter(user_id, entity):
        fault = Fault(SIGN_IN, f"The location '{entity}' is not valid for this user.")
        raise SignInError(fault, user_id=user_id, company_id=company_id)
    now = company.clock.stamp()
    until = now + timedelta(seconds=company.sessions.seconds)
    return Access(Caller(user_id, entity), credentials.company_id, now, until)


def _by_session(company: Any, session_id: str) -> Access:
    session = company.sessions.use(session_id)
    if session is None:
        raise SignInError(Fault(SIGN_IN, f"Invalid session {session_id}"))
    caller = Caller(session.user, session.entity, session.id)
    return Access(caller, company.credentials.company_id, company.clock.stamp(), session.expires_at)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
