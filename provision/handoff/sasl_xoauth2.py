"""Hand-off format `sasl-xoauth2`: the token file of one sender of Postfix. Not run by us yet."""

import json
from dataclasses import replace
from typing import Any, Final

from provision.handoff.mail_account import MailAccount
from provision.handoff.mail_copies import TOKEN_PATH, MailCopySink, identified, identity
from provision.handoff.stored_values import Holding, Token
from provision.secret import Secret
from provision.tenant.registration import ClientSecret

_UNTESTED: Final = "written from the plugin's documentation; nobody has run it with provision yet"


class SaslXoauth2Sink(MailCopySink):
    """JSON with its own application, so that one Postfix may send for several.

    Source:
        https://github.com/tarickb/sasl-xoauth2: README.md, "Using Multiple Mail Providers
        Simultaneously"; the plugin drops members that it does not know when it writes back.
    """

    name = "sasl-xoauth2"

    def _document(self, account: MailAccount, holding: Holding) -> str:
        served = account.host("smtp")
        secret, token = holding.client_secret, holding.token
        relay = f"[{served.host}]:{served.port}"
        wrapped = {"smtp_tls_wrappermode": "yes"} if served.tls == "implicit" else {}
        members = {
            "access_token": "",
            "expiry": "0",
            "refresh_token": "" if token is None else token.secret.reveal(),
            "client_id": holding.client_id,
            "client_secret": "" if secret is None else secret.secret.reveal(),
            "token_endpoint": f"{holding.authority}{TOKEN_PATH}",
            "provision": {
                "note": _UNTESTED,
                **identity(holding),
                "main.cf": {
                    "relayhost": relay,
                    "smtp_sasl_auth_enable": "yes",
                    "smtp_sasl_password_maps": "hash:/etc/postfix/sasl_passwd",
                    "smtp_sasl_security_options": "",
                    "smtp_sasl_mechanism_filter": "xoauth2",
                    "smtp_tls_security_level": "verify",
                    "smtp_tls_CAfile": account.ca_file or "/etc/ssl/certs/ca-certificates.crt",
                    **wrapped,
                },
                "sasl_passwd": f"{relay} {account.user('smtp')}:/etc/tokens/{account.name}",
            },
        }
        return json.dumps(members, indent=2) + "\n"

    def _parsed(self, text: str) -> Holding:
        try:
            raw: dict[str, Any] = json.loads(text)
            authority = raw["token_endpoint"].removesuffix(TOKEN_PATH)
            # Once Postfix has renewed the token, nothing tells of which key the secret is.
            ours = raw.get("provision") or {
                "clientId": raw["client_id"], "tenantId": "", "authority": authority,
                "mailbox": "", "clientSecretKeyId": "",
            }  # fmt: skip
            secret, token, key_id = (
                raw["client_secret"],
                raw["refresh_token"],
                ours["clientSecretKeyId"],
            )
            return replace(
                identified(ours),
                client_secret=ClientSecret(key_id, Secret(secret)) if secret else None,
                token=Token(Secret(token), None, None) if token else None,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            # Not chained: what these errors say may quote the file.
            raise self._foreign() from None
