"""What the sandbox's tenant holds, for Graph, Entra and Exchange alike; JSON in, JSON out."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

JsonObject = dict[str, Any]
"""A Graph object as it is stored: Graph's own property names, mutable."""


@dataclass(slots=True)
class Account:
    """A person or mailbox that can sign in."""

    object_id: str
    user_principal_name: str
    password: str
    display_name: str
    is_personal: bool = False
    """A personal Microsoft account: opaque tokens, the consumers tenant, no session_state."""
    is_enabled: bool = True
    is_administrator: bool = False
    """May grant consent for the whole tenant."""
    has_mailbox: bool = True
    """False for somebody made through Graph, who has no licence."""
    imap_enabled: bool = True
    pop_enabled: bool = True
    smtp_auth_disabled: bool | None = None
    """Exchange `SmtpClientAuthenticationDisabled`; None inherits the tenant's switch."""
    full_access: list[str] = field(default_factory=list)
    """User principal names of delegates who may open this mailbox over IMAP and POP."""
    send_as: list[str] = field(default_factory=list)
    """User principal names of those who may send as this mailbox: a right of its own."""
    sending_blocked: bool = False
    """Exchange has restricted this user for sending spam."""
    mailbox_full: bool = False
    """Over its storage quota: it may not send, since what is sent is kept."""
    recipients_per_day: int = 10_000
    """Exchange's submission quota, for any 24 hours."""
    revoked_before: float = 0.0
    """Refresh tokens issued before this instant (seconds since the epoch) are dead."""
    password_changed_at: float = 0.0
    """The owner's own change: public clients' refresh tokens issued before it are dead."""
    given_name: str | None = None
    surname: str | None = None
    password_expired: bool = False
    is_locked: bool = False
    has_second_factor: bool = True
    """Registered for multi-factor authentication."""
    assigned_to: list[str] = field(default_factory=list)
    """Client ids that the account may use where `appRoleAssignmentRequired` says it must."""


@dataclass(slots=True)
class StoredSecret:
    """A client secret as Entra remembers it."""

    key_id: str
    client_id: str
    text: str
    end_at: float
    """Seconds since the epoch."""
    created_at: float


@dataclass(slots=True)
class IssuedGrant:
    """An authorization code or a refresh token that was handed out."""

    token: str
    kind: str
    """`code`, `refresh_token` or `device_code`."""
    client_id: str
    user_object_id: str
    scopes: list[str]
    """As asked at authorize, resource-qualified."""
    authority: str
    """The tenant segment it was issued under; redeeming under another is refused."""
    redirect_uri: str
    """Empty for what a device code bought."""
    code_challenge: str | None
    nonce: str | None
    issued_at: float
    last_used_at: float
    redeemed: bool = False
    signed_in_at: float = 0.0
    """When the person proved who it is; successors inherit it."""
    multi_factor: bool = False


@dataclass(slots=True)
class Switches:
    """Behaviour that is disputed, assumed, or an administrator's choice."""

    graph_grant_covers_outlook: bool = True
    purge_frees_unique_name: bool = False
    user_consent_allowed: bool = True
    """False: only an administrator can consent (AADSTS90094)."""
    recommended_consent_policy: bool = False
    """`microsoft-user-default-recommended`: IMAP, POP and Graph mail are an administrator's."""
    admin_consent_workflow: bool = False
    """Users may ask for approval (AADSTS90095) where they cannot consent."""
    multi_factor_required: bool = False
    access_blocked: bool = False
    """A Conditional Access policy blocks every sign-in (AADSTS53003)."""
    device_code_blocked: bool = False
    """The same for sign-ins by device code alone."""
    device_code_public_only: bool = False
    """Only public clients sign in by device code: others are refused (AADSTS70002)."""
    sign_in_frequency_hours: float | None = None
    """How long a sign-in lasts, whatever its refresh tokens (AADSTS70043)."""
    common_refresh_fails_for_persons: bool = False
    """Personal accounts' refresh tokens from `/common` are dead at once (reported 2026-06)."""
    native_client_warns: bool = False
    """The nativeclient page moves on to `/common/wrongplace` (reported since 2026-01)."""
    smtp_auth_disabled: bool = False
    """Tenant-wide `SmtpClientAuthenticationDisabled`."""
    security_defaults: bool = False
    """Entra's security defaults, which lock every user out of authenticated SMTP."""
    smtp_auth_blocked_by_policy: bool = False
    """An authentication policy or Conditional Access that refuses authenticated SMTP."""
    smtp_refusals_are_bare: bool = False
    """What keeps a login out of SMTP is not said: 535 5.7.3 in place of 535 5.7.139."""
    basic_smtp_retired: bool = False
    """Passwords get SMTP's 550 5.7.30 instead of today's 535 5.7.139."""
    disabled_imap_authenticates: bool = False
    """A mailbox whose IMAP is off: True accepts the login and then connects to nothing."""
    sending_over_threshold: bool = False
    """The whole tenant may not send: 550 5.7.705."""
    passwords_forbidden: bool = False
    """App management policy: no client secrets."""
    password_lifetime_days: int | None = None
    """App management policy: the longest client secret allowed."""
    personal_audience_forbidden: bool = False
    users_may_register: bool = True
    """Whether members who are no administrators may register applications."""
    service_management_reference_required: bool = False
    """Whether an application must name its owner in the service tree."""
    expired_keys_refused: bool = False
    """Whether a certificate whose end has passed is refused; off, since recordings bring such."""


@dataclass(slots=True)
class Directory:
    """One tenant. Held in memory, written to `path` after every change when there is one."""

    tenant_id: str
    domain: str
    """Initial domain, `contoso.onmicrosoft.com`."""
    applications: dict[str, JsonObject] = field(default_factory=dict)
    """By object id, soft-deleted ones excluded."""
    service_principals: dict[str, JsonObject] = field(default_factory=dict)
    grants: dict[str, JsonObject] = field(default_factory=dict)
    role_assignments: dict[str, JsonObject] = field(default_factory=dict)
    policies: dict[str, JsonObject] = field(default_factory=dict)
    """App management policies by id; what was written to the tenant's own under `default`."""
    deleted: dict[str, JsonObject] = field(default_factory=dict)
    followed: dict[str, dict[str, str]] = field(default_factory=dict)
    """What each delta link has shown: digests by object id."""
    reserved_names: list[str] = field(default_factory=list)
    """uniqueNames of purged applications, while purging does not free them."""
    accounts: dict[str, Account] = field(default_factory=dict)
    """By lower-case user principal name."""
    secrets: dict[str, StoredSecret] = field(default_factory=dict)
    """By key id."""
    issued: dict[str, IssuedGrant] = field(default_factory=dict)
    """By token text."""
    issuers: dict[str, list[JsonObject]] = field(default_factory=dict)
    """Public keys (JWK) of foreign issuers, which a federated credential may trust."""
    switches: Switches = field(default_factory=Switches)
    path: Path | None = None

    def save(self) -> None:
        """Write everything to `path`, atomically; nothing when there is none."""
        if self.path is None:
            return
        raw = asdict(self)
        del raw["path"]
        temporary = self.path.with_suffix(".tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(raw, file)
        temporary.replace(self.path)


def load(path: Path) -> Directory:
    """Return the directory that `save` wrote."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Directory(
        tenant_id=raw["tenant_id"],
        domain=raw["domain"],
        applications=raw["applications"],
        service_principals=raw["service_principals"],
        grants=raw["grants"],
        role_assignments=raw.get("role_assignments", {}),
        policies=raw.get("policies", {}),
        deleted=raw["deleted"],
        followed=raw.get("followed", {}),
        reserved_names=raw["reserved_names"],
        accounts={name: Account(**a) for name, a in raw["accounts"].items()},
        secrets={key: StoredSecret(**s) for key, s in raw["secrets"].items()},
        issued={token: IssuedGrant(**g) for token, g in raw["issued"].items()},
        issuers=raw.get("issuers", {}),
        switches=Switches(**raw["switches"]),
        path=path,
    )
