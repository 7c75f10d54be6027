"""Access tokens of the sandbox's people, and a look into their mailboxes."""

from functools import cached_property
from typing import Any

from provision.clock import Clock, SystemClock
from provision.mail.delivery import Post
from provision.mail.tls import tls_context
from provision.secret import Secret
from provision.tenant.mailbox import PROTOCOLS, Mailbox
from tests.contract.oauth.harness import Registered

FORMS = Mailbox("forms@contoso.com", "forms@contoso.com", "tenant", PROTOCOLS)
SHARED = Mailbox("shared@contoso.com", "alex@contoso.com", "tenant", PROTOCOLS)
PERSON = Mailbox("forms.person@outlook.com", "forms.person@outlook.com", "consumers", PROTOCOLS)


class People:
    """Who is signed in to one registration."""

    def __init__(self, tenant: Registered) -> None:
        self.tenant = tenant
        self.cloud = tenant.cloud
        self._tokens: dict[str, Secret] = {}

    @cached_property
    def context(self) -> Any:
        return tls_context(self.cloud.ca_bundle)

    def token(self, mailbox: Mailbox) -> Secret:
        """Return an access token of whoever signs in for a mailbox, good for all protocols."""
        user = mailbox.sign_in_as
        if user not in self._tokens:
            sign_in = self.tenant.begin(mailbox.authority, PROTOCOLS)
            code = self.tenant.answer(sign_in, user).code
            client = self.tenant.client(mailbox.authority)
            self._tokens[user] = self.tenant.endpoint().redeem(client, code, sign_in).access_token
        return self._tokens[user]

    def graph_token(self) -> Secret:
        """Return a token that is good for Microsoft Graph and for no mail server."""
        return Secret(self.tenant.graph.headers["authorization"].removeprefix("Bearer "))

    def post(self, clock: Clock | None = None, deadline: float = 30.0) -> Post:
        """Return what a delivery needs."""
        return Post(self.cloud, self.context, clock or SystemClock(), deadline)

    def messages(self, mailbox: Mailbox) -> list[dict[str, Any]]:
        """Return what lies in the inbox."""
        address = f"{self.tenant.ready.control}/mailboxes/{mailbox.address}/messages"
        return list(self.tenant.graph.get(address).json()["messages"])

    def change(self, mailbox: Mailbox, **properties: object) -> None:
        """Set properties of a mailbox, as an Exchange administrator would."""
        self.tenant.control("PATCH", f"/mailboxes/{mailbox.address}", properties)
