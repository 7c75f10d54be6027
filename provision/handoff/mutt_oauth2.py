"""Hand-off format `mutt-oauth2`: the token file of mutt's own script, before its encryption."""

import json
from dataclasses import replace
from typing import Any

from provision.handoff.mail_account import MailAccount
from provision.handoff.mail_copies import MailCopySink, identified, identity
from provision.handoff.stored_values import Holding, Token
from provision.secret import Secret
from provision.tenant.registration import ClientSecret


class MuttOauth2Sink(MailCopySink):
    """JSON as mutt_oauth2.py reads it where its pipes do not encrypt.

    The script writes back every member that it finds, ours included.
    """

    name = "mutt-oauth2"

    def _document(self, account: MailAccount, holding: Holding) -> str:
        secret, token = holding.client_secret, holding.token
        members = {
            "registration": "microsoft",
            "authflow": "authcode",
            "email": account.mailbox.address,
            "access_token": "",
            "access_token_expiration": "",
            "refresh_token": "" if token is None else token.secret.reveal(),
            "client_id": holding.client_id,
            "client_secret": "" if secret is None else secret.secret.reveal(),
            "provision": identity(holding),
        }
        return json.dumps(members, indent=2) + "\n"

    def _parsed(self, text: str) -> Holding:
        try:
            raw: dict[str, Any] = json.loads(text)
            ours = raw["provision"]
            found = identified(ours)
            secret, token, key_id = (
                raw["client_secret"],
                raw["refresh_token"],
                ours["clientSecretKeyId"],
            )
            return replace(
                found,
                client_secret=ClientSecret(key_id, Secret(secret)) if secret else None,
                token=Token(Secret(token), None, None) if token else None,
            )
        except (ValueError, KeyError, TypeError):
            # Not chained: what these errors say may quote the file.
            raise self._foreign() from None
