"""A person's token for the replay of recordings that a person made: who owns what they create."""

from urllib.parse import parse_qs, urlencode, urlsplit

from provision.sandbox.visitor import Visitor
from tests.contract.sandbox_graph.client import SandboxClient

ADMINISTRATOR = "admin@contoso.com"
# Nobody listens there: the visitor reports where it was sent, the code included.
_BACK = "https://replay.example/back"
_SCOPES = (
    "Application.ReadWrite.All Directory.ReadWrite.All Directory.AccessAsUser.All "
    "DelegatedPermissionGrant.ReadWrite.All Policy.Read.All User.Read"
)
_GRAPH = "00000003-0000-0000-c000-000000000000"


def sign_in_as_person(client: SandboxClient) -> None:
    """Let the client act as the tenant's administrator, through an application made for that."""
    made = client.create(
        "Replay", web={"redirectUris": [_BACK]}, passwordCredentials=[{"displayName": "replay"}]
    )
    secret = made["passwordCredentials"][0]["secretText"]
    principal = client.graph("POST", "/servicePrincipals", {"appId": made["appId"]}).body
    resource = client.graph("GET", f"/servicePrincipals(appId='{_GRAPH}')?$select=id").body
    grant = {
        "clientId": principal["id"],
        "consentType": "AllPrincipals",
        "resourceId": resource["id"],
        "scope": _SCOPES,
    }
    client.graph("POST", "/oauth2PermissionGrants", grant)
    asked = {
        "client_id": made["appId"],
        "redirect_uri": _BACK,
        "scope": " ".join(f"https://graph.microsoft.com/{name}" for name in _SCOPES.split()),
    }
    client.token = _redeemed(client, asked, secret)


def _redeemed(client: SandboxClient, asked: dict[str, str], secret: str) -> str:
    ready = client.ready
    path = f"/{ready.tenant_id}/oauth2/v2.0"
    query = urlencode({**asked, "response_type": "code"})
    url = f"{ready.authority}{path}/authorize?{query}"
    visitor = Visitor(ready.ca_bundle)
    result = visitor.visit(url, ADMINISTRATOR, ready.password_of(ADMINISTRATOR))
    form = {
        **asked,
        "grant_type": "authorization_code",
        "client_secret": secret,
        "code": parse_qs(urlsplit(result.final_url).query)["code"][0],
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = client.raw("POST", f"{path}/token", urlencode(form).encode(), headers)
    return str(reply.body["access_token"])
