"""What a test may do behind the program's back: the sandbox's levers and its Graph."""

import json
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from provision.sandbox.ready import Ready, read_ready

ROLES = [
    "Application.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Policy.Read.All",
    "User.Read.All",
    "Organization.Read.All",
]
_CONSENT = "oauth2PermissionGrants"


class Levers:
    """One sandbox, seen by somebody who may do everything in it."""

    def __init__(self, ready_file: Path, state: Path) -> None:
        """Take what the sandbox wrote when it was ready, and the directory of its state."""
        self.ready: Ready = read_ready(ready_file)
        self.ready_file = ready_file
        self._state = state
        self._opener = _opener(self.ready)
        self._token = ""
        self._undo = ExitStack()

    # The control URL

    def control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Turn a lever; `path` begins below the capability URL."""
        return self._send(method, self.ready.control + path, body, {})

    def switch(self, **switches: object) -> None:
        """Turn switches of the tenant, by the names of the control URL."""
        self._undo.callback(self.control, "PATCH", "/switches", self.control("GET", "/switches"))
        self.control("PATCH", "/switches", switches)

    def mailbox(self, address: str, **members: object) -> None:
        """Change a mailbox, by the names of the control URL."""
        found = self.control("GET", "/mailboxes")["mailboxes"]
        before = next(one for one in found if one["userPrincipalName"] == address)
        kept = {name: before[name] for name in members}
        self._undo.callback(self.control, "PATCH", f"/mailboxes/{address}", kept)
        self.control("PATCH", f"/mailboxes/{address}", members)

    def inbox(self, address: str) -> list[dict[str, Any]]:
        """Return what lies in an inbox."""
        return list(self.control("GET", f"/mailboxes/{address}/messages")["messages"])

    def administrator_may(self, *roles: str) -> None:
        """Give the administrator's client these application permissions and no others."""
        path = f"/applications/{self.ready.admin_client_id}/roles"
        self._undo.callback(self.control, "POST", path, {"roles": ROLES})
        self.control("POST", path, {"roles": list(roles)})

    def revoke(self, user: str) -> None:
        """End every refresh token that a user has so far."""
        self.control("POST", "/revoke", {"user": user})

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock; there is no way back."""
        self.control("POST", "/clock", {"advance": seconds})

    def faults(self, *rules: dict[str, object]) -> None:
        """Go on with these faults."""
        self._undo.callback(self.control, "PUT", "/faults", {"use": "none"})
        self.control("PUT", "/faults", {"version": 1, "rules": list(rules)})

    def forget_requests(self) -> None:
        """Begin a new log of requests."""
        self.control("DELETE", "/requests")

    def graph_requests(self) -> list[tuple[str, str]]:
        """Return verb and path of what Graph was asked, the parts of a batch not by themselves."""
        found = self.control("GET", "/requests")["requests"]
        return [(r["method"], r["path"]) for r in found if r["path"].startswith("/v1.0/")]

    def writes(self) -> list[tuple[str, str]]:
        """Return what Graph was asked to change, alone or as a part of a batch."""
        found = self.control("GET", "/requests")["requests"]
        graph = [r for r in found if r["path"].startswith("/v1.0/")]
        every = [part for r in graph for part in r.get("requests", [r])]
        return [(r["method"], r["path"]) for r in every if r["method"] != "GET"]

    def restore(self) -> None:
        """Put every lever back, but for the clock."""
        self._undo.close()

    # Graph, as the administrator

    def graph(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Ask Graph; `path` begins below `/v1.0`."""
        if not self._token:
            self._token = self._administrator_token()
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._send(method, f"{self.ready.graph}/v1.0{quote(path, safe='/?=&$(),')}",
                          body, headers)  # fmt: skip

    def applications(self, unique_name: str) -> list[dict[str, Any]]:
        """Return every live application of that unique name or that display name."""
        found = self.graph("GET", f"/applications?$filter=displayName eq '{unique_name}'")["value"]
        return list(found)

    def application(self, unique_name: str) -> dict[str, Any]:
        """Return the one application of that unique name."""
        (only,) = self.applications(unique_name)
        return only

    def grants(self, client_id: str) -> list[dict[str, Any]]:
        """Return the consent given to an application."""
        found = self.graph("GET", f"/servicePrincipals(appId='{client_id}')/{_CONSENT}")
        return list(found["value"])

    def access_token(self, authority: str, **form: str) -> str:
        """Return what an authority's token endpoint gives for a form."""
        url = f"{authority}/oauth2/v2.0/token"
        with self._opener.open(Request(url, urlencode(form).encode()), timeout=20) as answer:
            return str(json.load(answer)["access_token"])

    def _administrator_token(self) -> str:
        return self.access_token(
            f"{self.ready.authority}/{self.ready.tenant_id}",
            grant_type="client_credentials",
            client_id=self.ready.admin_client_id,
            client_secret=self.ready.admin_client_secret.reveal(),
            scope=f"{self.ready.graph_resource}/.default",
        )

    # What the sandbox alone knows

    def secrets(self) -> dict[str, str]:
        """Return every credential of the tenant by a name that may be shown."""
        return dict(self._secrets())

    def code_challenges(self) -> list[str]:
        """Return the PKCE challenges of the sign-ins so far."""
        issued = self._directory()["issued"].values()
        return [grant["code_challenge"] for grant in issued if grant["code_challenge"]]

    def _secrets(self) -> Iterator[tuple[str, str]]:
        directory = self._directory()
        yield "the administrator's secret", self.ready.admin_client_secret.reveal()
        yield "the control URL", self.ready.control.rpartition("/")[2]
        for number, (token, grant) in enumerate(directory["issued"].items()):
            yield f"{grant['kind']} {number}", token
        for key_id, secret in directory["secrets"].items():
            yield f"client secret {key_id}", secret["text"]
        for name, account in directory["accounts"].items():
            yield f"password of {name}", account["password"]

    def _directory(self) -> dict[str, Any]:
        path = self._state / "directory.json"
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def _send(self, method: str, url: str, body: object, headers: dict[str, str]) -> dict[str, Any]:
        content = None if body is None else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"}
        request = Request(url, content, kind | headers, method=method)
        with self._opener.open(request, timeout=20) as answer:
            payload = answer.read()
        return dict(json.loads(payload)) if payload else {}


def _opener(ready: Ready) -> OpenerDirector:
    context = ssl.create_default_context(cafile=str(ready.ca_bundle))
    return build_opener(ProxyHandler({}), HTTPSHandler(context=context))
