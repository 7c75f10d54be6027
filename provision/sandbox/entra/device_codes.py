"""Device codes that are being waited for: asked for by a program, approved by a person elsewhere.

Source:
    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from dataclasses import dataclass
from secrets import choice, token_urlsafe
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import IssuedGrant, JsonObject
from provision.sandbox.entra.authorities import Authority
from provision.sandbox.entra.clients import Client
from provision.sandbox.entra.refusals import Refused
from provision.sandbox.entra.scopes import Scopes

_LIFETIME: Final = 900.0
_REMEMBERED: Final = 3600.0
_INTERVAL: Final = 5
_TOLERANCE: Final = 1.0
"""Seconds by which a poll may come early: clients' timers are not exact."""
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(slots=True)
class DeviceRequest:
    """One device code and what became of it."""

    client: Client
    authority: Authority
    scopes: Scopes
    device_code: str
    user_code: str
    asked_at: float
    polled_at: float | None = None
    is_declined: bool = False
    grant: IssuedGrant | None = None
    """What the person approved; None while nobody did."""


class DeviceCodes:
    """Everything that is waited for, in memory; a restart of the sandbox forgets it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._waiting: dict[str, DeviceRequest] = {}

    def start(self, client: Client, authority: Authority, scopes: Scopes) -> JsonObject:
        """Return the answer of `devicecode` to a program."""
        asked = DeviceRequest(
            client=client,
            authority=authority,
            scopes=scopes,
            device_code=token_urlsafe(100),
            user_code="".join(choice(_LETTERS) for _ in range(9)),
            asked_at=self._context.clock.timestamp(),
        )
        self._forget()
        self._waiting[asked.device_code] = asked
        page = f"{self._context.origin}/devicelogin"
        return {
            "user_code": asked.user_code,
            "device_code": asked.device_code,
            "verification_uri": page,
            "expires_in": int(_LIFETIME),
            "interval": _INTERVAL,
            "message": f"To sign in, use a web browser to open the page {page} and enter the code "
            f"{asked.user_code} to authenticate.",
        }

    def typed(self, user_code: str) -> DeviceRequest:
        """Return what a person's code stands for.

        Raises:
            Refused: AADSTS90119 (nothing typed), 70018 (unknown or over), 90120 (answered).
        """
        code = user_code.strip().upper()
        if not code:
            raise Refused(90119)
        found = next((w for w in self._waiting.values() if w.user_code == code), None)
        if found is None or self._is_over(found):
            raise Refused(70018)
        if found.grant is not None or found.is_declined:
            raise Refused(90120)
        return found

    def poll(self, device_code: str, client: Client, authority: Authority) -> IssuedGrant:
        """Return what was approved, once.

        Raises:
            Refused: AADSTS70018, 70000, 700005, 70020, 65004, 70016.
        """
        asked = self._waiting.get(device_code)
        if asked is None:
            raise Refused(70018)
        if asked.client.client_id != client.client_id:
            raise Refused("70000/client")
        if asked.authority.canonical != authority.canonical:
            raise Refused(700005)
        if self._is_over(asked):
            raise Refused(70020)
        if asked.is_declined:
            raise Refused("65004/device")
        if asked.grant is None:
            raise self._pending(asked)
        del self._waiting[device_code]
        return asked.grant

    def _forget(self) -> None:
        """Forget what is over for so long that nobody polls for it any more."""
        dead = self._context.clock.timestamp() - _REMEMBERED
        self._waiting = {key: w for key, w in self._waiting.items() if w.asked_at > dead}

    def _pending(self, asked: DeviceRequest) -> Refused:
        now, before = self._context.clock.timestamp(), asked.polled_at
        asked.polled_at = now
        is_fast = before is not None and now - before < _INTERVAL - _TOLERANCE
        return Refused("70016/fast" if is_fast else 70016)

    def _is_over(self, asked: DeviceRequest) -> bool:
        return self._context.clock.timestamp() - asked.asked_at >= _LIFETIME
