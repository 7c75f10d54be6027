"""A login host in memory, and values that the tests share."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from provision.clock import ManualClock
from provision.errors import ProvisionError
from provision.oauth.authorization_request import SignIn, begin_sign_in
from provision.oauth.http_response import Answer, Form
from provision.secret import Secret

CLIENT_ID = "11111111-2222-4333-8444-555555555555"
TENANT_ID = "99999999-aaaa-4bbb-8ccc-dddddddddddd"
AUTHORITY = f"https://login.example/{TENANT_ID}"
CORRELATION_ID = "0a0a0a0a-1b1b-4c2c-8d3d-4e4e4e4e4e4e"
TRACE_ID = "5f5f5f5f-6a6a-4b7b-8c8c-9d9d9d9d9d9d"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SCOPES = ("https://outlook.office.com/SMTP.Send", "openid", "profile", "offline_access")


def manual_clock() -> ManualClock:
    return ManualClock(NOW)


def counted(bytes_wanted: int) -> str:
    return "r" * bytes_wanted


def sign_in(scopes: tuple[str, ...] = SCOPES) -> SignIn:
    return begin_sign_in(
        client_id=CLIENT_ID,
        authority=AUTHORITY,
        scopes=scopes,
        redirect_uri="http://localhost:4321",
        random=counted,
    )


def answer(status: int, body: object, **headers: str) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {k.replace("_", "-"): v for k, v in headers.items()}, text)


def tokens_answer(**changes: object) -> Answer:
    body = {
        "token_type": "Bearer",
        "scope": " ".join(SCOPES),
        "expires_in": 3599,
        "access_token": "access-1",
        "refresh_token": "refresh-2",
        "id_token": "id-1",
    }
    changed = {name: value for name, value in (body | changes).items() if value is not None}
    return answer(200, changed)


def refusal(error: str, code: int, status: int = 400, **extra: object) -> Answer:
    return answer(
        status,
        {
            "error": error,
            "error_description": f"AADSTS{code}: Words of Entra's.\r\nTrace ID: {TRACE_ID}\r\n"
            f"Correlation ID: {CORRELATION_ID}\r\nTimestamp: 2026-03-01 12:00:00Z",
            "error_codes": [code],
            "timestamp": "2026-03-01 12:00:00Z",
            "trace_id": TRACE_ID,
            "correlation_id": CORRELATION_ID,
            **extra,
        },
    )


@dataclass
class Sent:
    """One request that the fake received."""

    url: str
    form: Form
    headers: Mapping[str, str]

    @property
    def fields(self) -> dict[str, str]:
        return {k: v.reveal() if isinstance(v, Secret) else v for k, v in self.form.items()}


@dataclass
class ScriptedHttp:
    """Answers in the order given; an exception in the script is raised; the last one repeats."""

    script: list[Answer | ProvisionError]
    sent: list[Sent] = field(default_factory=list)

    def get(self, url: str) -> Answer:
        return self._next(Sent(url, {}, {}))

    def post(self, url: str, form: Form, headers: Mapping[str, str]) -> Answer:
        return self._next(Sent(url, form, headers))

    def _next(self, sent: Sent) -> Answer:
        self.sent.append(sent)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, ProvisionError):
            raise step
        return step


@dataclass
class RoutedHttp:
    """Answers by the address; counts how often each was fetched."""

    routes: Mapping[str, Callable[[], Answer]]
    fetched: list[str] = field(default_factory=list)

    def get(self, url: str) -> Answer:
        self.fetched.append(url)
        return self.routes[url]()

    def post(self, url: str, form: Form, headers: Mapping[str, str]) -> Answer:
        return self.get(url)
