"""An application registered for mail programs, and the owners who sign in to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from provision.sandbox.ready import Ready
from provision.sandbox.visitor import Decision, Visitor, VisitResult
from provision.secret import Secret
from tests.contract.sandbox_entra.registered import administrator_token, client_for, listening

OWNER = "forms@contoso.com"
OTHER = "alex@contoso.com"
PERSON = "forms.person@outlook.com"
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
MAIL_SCOPES = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/POP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
    "offline_access",
)
"""As mail programs ask for them."""


@dataclass(frozen=True, slots=True)
class MailApplication:
    """What a mail program's settings need, and people who use it."""

    ready: Ready
    client_id: str
    secret: Secret

    def endpoint(self, name: str, segment: str = "") -> str:
        """Return the address of `authorize`, `token` or `devicecode`."""
        tenant = segment or self.ready.tenant_id
        return f"{self.ready.authority}/{tenant}/oauth2/v2.0/{name}"

    def visit(self, url: str, user: str = OWNER, decide: Decision = "accept") -> VisitResult:
        """Go through the pages as that user."""
        password = self.ready.password_of(user)
        return Visitor(self.ready.ca_bundle).visit(url, user, password, decide)

    def approve_device(self, user_code: str) -> VisitResult:
        """Type a device's code into the page for it, and approve, as the owner."""
        return self.visit(f"{self.ready.authority}/devicelogin?otc={user_code}")

    def access_token(
        self, user: str = OWNER, scopes: tuple[str, ...] = MAIL_SCOPES, segment: str = ""
    ) -> str:
        """Sign a user in, redeem the code, return the access token."""
        with listening() as listener, client_for(self.ready) as client:
            asked = {
                "client_id": self.client_id,
                "response_type": "code",
                "redirect_uri": listener.uri,
                "scope": " ".join(scopes),
            }
            self.visit(f"{self.endpoint('authorize', segment)}?{urlencode(asked)}", user)
            answer = client.post(
                self.endpoint("token", segment),
                data={
                    "grant_type": "authorization_code",
                    "client_id": self.client_id,
                    "client_secret": self.secret.reveal(),
                    "code": listener.answers[0]["code"],
                    "redirect_uri": listener.uri,
                    "scope": " ".join(scopes),
                },
            )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


def register_mail_application(
    ready: Ready, changes: Mapping[str, object] | None = None
) -> MailApplication:
    """Register an application for work and personal accounts, for all kinds of mail programs.

    Args:
        ready: The sandbox.
        changes: What is different in Graph's body.
    """
    body: dict[str, object] = {
        "displayName": "Mail programs",
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "isFallbackPublicClient": True,
        "api": {"requestedAccessTokenVersion": 2},
        "web": {"redirectUris": ["http://localhost", "http://localhost/", NATIVE]},
        "passwordCredentials": [{"displayName": "mail programs"}],
        **(changes or {}),
    }
    headers = {"authorization": f"Bearer {administrator_token(ready)}"}
    with client_for(ready) as client:
        made = client.post("/v1.0/applications", json=body, headers=headers)
        assert made.status_code == 201, made.text
        application = made.json()
        known = {"appId": application["appId"]}
        principal = client.post("/v1.0/servicePrincipals", json=known, headers=headers)
        assert principal.status_code == 201, principal.text
    secret = Secret(application["passwordCredentials"][0]["secretText"])
    return MailApplication(ready, application["appId"], secret)
