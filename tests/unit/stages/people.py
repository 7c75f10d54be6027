"""Somebody at a browser, who signs in as a stage asks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from provision.oauth.authorization_request import ResponseMode, code_challenge
from provision.oauth.device_code import UserCode
from provision.stages.authorize import authorize_mailbox
from provision.stages.sign_in_flow import Authorized
from provision.stages.sign_in_way import SignInWay
from provision.stages.vault_keys import mailbox_key
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration
from provision.vault.port import PendingSignIn, SignedInMailbox
from tests.fakes.entra import Account
from tests.fakes.listener import MemoryListener
from tests.unit.stages.world import FORMS, OWNER, World

PASTE = SignInWay(by="paste")
LISTEN = SignInWay()
DEVICE = SignInWay(by="device")


@dataclass
class Person:
    """Somebody at a browser: opens links, signs in, and lets the answer arrive or copies it."""

    world: World
    account: Account = OWNER
    copies: Callable[[str], str] = str
    """What is made of the address that is copied."""
    strays: list[str] = field(default_factory=list)
    """Addresses that reach the listener before the right one."""
    signs_in: bool = True
    codes: list[UserCode] = field(default_factory=list)
    """The device codes that were shown."""
    links: list[str] = field(default_factory=list)
    listeners: list[MemoryListener] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.listen = self._listener

    def _listener(self, mode: ResponseMode) -> MemoryListener:
        self.listeners.append(MemoryListener(mode))
        return self.listeners[-1]

    def open(self, url: str, sign_in_as: str) -> None:
        self.links.append(url)
        for listener in self.listeners[-1:]:
            for address in self.strays:
                listener.arrive(address)
            if self.signs_in:
                listener.arrive(self.world.entra.visit(url, self.account))

    def brings(self, text: str) -> None:
        """Have this text at hand, whatever links there are."""
        self.copies = lambda _: text

    def pasted(self, sign_in_as: str) -> str:
        address = self.world.entra.visit(self.links[-1], self.account) if self.links else ""
        return self.copies(address)

    def show_code(self, code: UserCode, sign_in_as: str) -> None:
        self.codes.append(code)
        if self.signs_in:
            self.world.entra.approves = self.account

    def asked(self, name: str) -> str:
        """Return a parameter of the newest link."""
        return parse_qs(urlsplit(self.links[-1]).query)[name][0]


def sign_in(
    person: Person,
    registration: Registration,
    way: SignInWay = LISTEN,
    mailbox: Mailbox = FORMS,
) -> Authorized:
    return authorize_mailbox(mailbox, registration, way, person, person.world.services)


def held(world: World, registration: Registration) -> SignedInMailbox | None:
    return world.vault.sign_in(mailbox_key(registration, FORMS.address))


def link_of(pending: PendingSignIn) -> str:
    """Return a link that asks for what a waiting sign-in asked for."""
    asked = {
        "client_id": pending.client_id,
        "redirect_uri": pending.redirect_uri,
        "state": pending.state,
        "nonce": pending.nonce.reveal(),
        "code_challenge": code_challenge(pending.code_verifier),
    }
    return f"{pending.authority}/oauth2/v2.0/authorize?{urlencode(asked)}"
