"""Hand-off format `email-oauth2-proxy`: its settings with an account that is signed in already."""

import base64
import configparser
import io
import os
from dataclasses import dataclass, replace
from typing import Final

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from provision.errors import SinkFailed
from provision.handoff.mail_account import MailAccount
from provision.handoff.mail_copies import TOKEN_PATH, MailCopySink, identified, identity
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding, combined
from provision.secret import Secret
from provision.tenant.mailbox import PERMISSIONS, PROTOCOLS, Protocol
from provision.tenant.registration import ClientSecret

PASSWORD_SETTING: Final = "PROVISION_EMAILPROXY_PASSWORD"  # noqa: S105  (the name of a setting)
_SALT_BYTES: Final = 16
_LOCAL_PORTS: Final[dict[Protocol, int]] = {"imap": 1993, "pop": 1995, "smtp": 1587}
_OURS: Final = "provision"
"""A section that the proxy leaves alone: those of accounts have an @ in their names."""


@dataclass(frozen=True, slots=True)
class _Sealing:
    """What encrypts as the proxy does, and what it needs to decrypt again."""

    fernet: Fernet
    salt: bytes

    def sealed(self, secret: Secret) -> str:
        return self.fernet.encrypt(secret.reveal().encode()).decode()


class EmailOauth2ProxySink(MailCopySink):
    """Ports on this machine, and for each user name an account; every secret is encrypted."""

    name = "email-oauth2-proxy"

    def prepare(self) -> None:
        """Prove that the file can be replaced, and that there is a password.

        Raises:
            SinkFailed: It cannot, or nobody gave one.
        """
        super().prepare()
        self._password()

    def keep(self, handover: Handover) -> None:
        """Replace the settings; the proxy must not run meanwhile, or writes its own over them.

        Raises:
            SinkFailed: The file cannot be written or is something else; there is no password.
        """
        self._password()
        super().keep(handover)

    def _holding(self, handover: Handover) -> Holding:
        # What is there is sealed, perhaps with another password; it is checked, and given up.
        self._stored()
        return combined(handover, None)

    def _document(self, account: MailAccount, holding: Holding) -> str:
        config = configparser.ConfigParser(interpolation=None)
        # By default the proxy forgets its tokens when somebody types another password.
        config["emailproxy"] = {"delete_account_token_on_password_error": "False"}
        used = [protocol for protocol in PROTOCOLS if account.uses(protocol)]
        if not used:
            raise SinkFailed(f"{self.name}: mailbox {account.mailbox.address} uses no protocol")
        for protocol in used:
            served = account.host(protocol)
            config[f"{protocol.upper()}-{_LOCAL_PORTS[protocol]}"] = {
                "local_address": "127.0.0.1",
                "server_address": served.host,
                "server_port": str(served.port),
                "server_starttls": str(served.tls == "starttls"),
            }
        signed_in = self._account(account, holding, used)
        for user in dict.fromkeys(account.user(protocol) for protocol in used):
            config[user] = signed_in
        config[_OURS] = identity(holding)
        written = io.StringIO()
        config.write(written)
        return written.getvalue()

    def _account(
        self, account: MailAccount, holding: Holding, used: list[Protocol]
    ) -> dict[str, str]:
        resource = account.cloud.outlook_resource
        scopes = [f"{resource}/{PERMISSIONS[protocol]}" for protocol in used]
        sealing = _sealing(self._password(), self._around.iterations)
        values = {
            "permission_url": f"{holding.authority}/oauth2/v2.0/authorize",
            "token_url": f"{holding.authority}{TOKEN_PATH}",
            "oauth2_scope": " ".join([*scopes, "offline_access"]),
            "redirect_uri": "http://localhost",
            "client_id": holding.client_id,
            "token_salt": base64.b64encode(sealing.salt).decode(),
            "token_iterations": str(self._around.iterations),
        }
        if holding.client_secret is not None:
            values["client_secret_encrypted"] = sealing.sealed(holding.client_secret.secret)
        if holding.token is not None:
            values["refresh_token"] = sealing.sealed(holding.token.secret)
        return values

    def _password(self) -> Secret:
        if self._around.password is None:
            raise SinkFailed(
                f"{self.name}: {PASSWORD_SETTING} is not set, and the proxy encrypts with the "
                "password that the mail program sends",
                hint=f"choose a password, set {PASSWORD_SETTING}, and type it into the program",
            )
        return self._around.password

    def _parsed(self, text: str) -> Holding:
        config = configparser.ConfigParser(interpolation=None)
        try:
            config.read_string(text)
            ours = {spelt: config[_OURS][spelt] for spelt in identity(_NOBODY)}
        except (configparser.Error, KeyError):
            # Not chained: what these errors say may quote the file.
            raise self._foreign() from None
        key_id = ours["clientSecretKeyId"]
        found = identified(ours)
        return replace(found, client_secret=ClientSecret(key_id, Secret("")) if key_id else None)


_NOBODY: Final = Holding("", "", "", None, None, None)


def _sealing(password: Secret, iterations: int) -> _Sealing:
    """Return what seals as the proxy's Cryptographer does, with a salt of its own."""
    salt = os.urandom(_SALT_BYTES)
    derivation = PBKDF2HMAC(algorithm=SHA256(), length=32, salt=salt, iterations=iterations)
    key = base64.urlsafe_b64encode(derivation.derive(password.reveal().encode()))
    return _Sealing(Fernet(key), salt)
