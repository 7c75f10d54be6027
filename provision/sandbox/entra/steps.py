"""Which page a person sees next, from the first one to the answer."""

from collections.abc import Mapping

from starlette.responses import Response

from provision.sandbox.context import Context
from provision.sandbox.directory import Account
from provision.sandbox.entra.authorities import require_admitted
from provision.sandbox.entra.authorization_response import send_answer, send_refusal
from provision.sandbox.entra.consent import (
    accept_consent,
    approval_required,
    consent_declined,
    consent_page,
)
from provision.sandbox.entra.flows import Flow, Flows
from provision.sandbox.entra.gates import missing_factor, refuse_access
from provision.sandbox.entra.pages import notice_page
from provision.sandbox.entra.permission_grants import missing_consent
from provision.sandbox.entra.refusals import Refused
from provision.sandbox.entra.scopes import Scopes
from provision.sandbox.entra.sign_in import (
    check_password,
    picker_page,
    question_page,
    sign_in_page,
)


class Steps:
    """The way of one flow; every method returns the next page."""

    def __init__(self, context: Context, flows: Flows) -> None:
        self._context = context
        self._flows = flows

    def begin(self, flow: Flow) -> Response:
        """Return the first page somebody has to see, or the answer when there is none.

        Raises:
            Refused: The account is kept out, or a page is needed and `prompt=none` forbids it.
        """
        prompt, hint = flow.request.prompt, flow.request.login_hint
        sessions = self._flows.sessions(flow.browser)
        if hint and prompt != "select_account":
            sessions = {name: s for name, s in sessions.items() if name == hint.lower()}
        if prompt == "none" and len(sessions) != 1:
            raise Refused(50058)
        if prompt == "login" or not sessions:
            return sign_in_page(flow, hint)
        if prompt == "select_account" or len(sessions) > 1:
            return picker_page(flow, sorted(sessions))
        flow.begin_as(next(iter(sessions.values())))
        return self._go_on(flow)

    def sign_in(self, flow: Flow, form: Mapping[str, str]) -> Response:
        """Take a name and a password."""
        try:
            account = check_password(self._context, form)
            self._require_admitted(flow, account)
        except Refused as refused:
            return sign_in_page(flow, form.get("loginfmt", ""), refused)
        self._flows.remember(flow, account)
        return self._go_on(flow)

    def proceed(self, flow: Flow, form: Mapping[str, str]) -> Response:
        """Take which account it is, whether the device is theirs, or a second factor.

        Raises:
            Refused: AADSTS50074, no second factor; 90100, nothing was asked.
        """
        is_yes = form.get("decision") == "accept"
        match flow.question:
            case "account":
                session = self._flows.sessions(flow.browser).get(form.get("account", ""))
                if session is None:
                    return sign_in_page(flow, "")
                flow.begin_as(session)
            case "device":
                if not is_yes:
                    return self._refused(flow, Refused("65004/device"))
                flow.is_confirmed = True
            case "factor":
                if not is_yes:
                    raise Refused(50074)
                flow.who().has_second_factor = flow.multi_factor = True
                self._flows.remember(flow, flow.who())
                self._context.directory.save()
            case None:
                raise Refused(90100, parameter="session")
        return self._go_on(flow)

    def decide(self, flow: Flow, form: Mapping[str, str]) -> Response:
        """Take the answer to the consent page, or to the one that sends to an administrator.

        Raises:
            Refused: AADSTS90100, nobody signed in.
        """
        account, address = flow.who(), flow.request.address
        decision, context = form.get("decision"), self._context
        if decision == "request" and context.directory.switches.admin_consent_workflow:
            return notice_page(
                "approval_requested",
                flow.incident,
                flow=flow,
                action=f"/{address.authority.segment}/consent",
                application=address.client.display_name,
                tenant=context.directory.domain,
            )
        try:
            if decision == "return":
                raise approval_required(context, flow)
            if decision != "accept":
                raise consent_declined(flow)
            missing, is_wide = self._missing(flow, account), "for_everybody" in form
            accept_consent(context, flow, account, missing, for_everybody=is_wide)
        except Refused as refused:
            return self._refused(flow, refused)
        return self._answered(flow, account)

    def _go_on(self, flow: Flow) -> Response:
        account, address = flow.who(), flow.request.address
        is_silent, has_device = flow.request.prompt == "none", address.device is not None
        try:
            self._require_admitted(flow, account)
        except Refused as refused:
            if is_silent:
                raise
            return sign_in_page(flow, "", refused)
        refuse_access(self._context, address.client, account, variant="", by_device_code=has_device)
        factor = missing_factor(
            self._context, account, flow.request.scopes, has_factor=flow.multi_factor
        )
        if factor is not None and is_silent:
            raise factor
        if factor is not None:
            name = "second_factor" if account.has_second_factor else "register_factor"
            return question_page(name, flow, "factor")
        if has_device and not flow.is_confirmed:
            return question_page("confirm_device", flow, "device")
        return self._consented(flow, account, is_silent=is_silent)

    def _consented(self, flow: Flow, account: Account, *, is_silent: bool) -> Response:
        request, missing = flow.request, self._missing(flow, account)
        if missing and is_silent:
            raise Refused("65001/silent", **request.address.client.label)
        if missing or request.prompt == "consent" or request.is_admin_consent:
            return consent_page(self._context, flow, account, missing)
        return self._answered(flow, account)

    def _answered(self, flow: Flow, account: Account) -> Response:
        self._flows.end(flow)
        return send_answer(self._context, flow, account)

    def _refused(self, flow: Flow, refused: Refused) -> Response:
        self._flows.end(flow)
        return send_refusal(self._context, flow.request.address, refused, flow.incident)

    def _require_admitted(self, flow: Flow, account: Account) -> None:
        address = flow.request.address
        require_admitted(account, address.authority, address.client.audience, address.client.label)

    def _missing(self, flow: Flow, account: Account) -> Scopes:
        request = flow.request
        return missing_consent(self._context, request.address.client, account, request.scopes)
