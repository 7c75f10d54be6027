"""Hand-off format `aem-forms`: a worksheet to type from, secrets only on request."""

import re
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.aem_worksheet import SECRETS_SHOWN, TITLE, render
from provision.handoff.destinations import Place
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding, Token, combined
from provision.handoff.whole_file import WholeFileSink
from provision.secret import Secret
from provision.tenant.registration import ClientSecret

_SUMMARY_LINE: Final = re.compile(r"([A-Z][A-Za-z ]+): (.*)")


class AemFormsSink(WholeFileSink):
    """A plain-text worksheet for whoever fills in AEM's administration console."""

    name = "aem-forms"

    def __init__(self, place: Place, *, with_secrets: bool) -> None:
        super().__init__(place)
        self._with_secrets = with_secrets

    @property
    def holds_secrets(self) -> bool:
        """Tell that only a file with secrets does."""
        return self._with_secrets and self._place.is_kept

    def keep(self, handover: Handover) -> None:
        """Replace the worksheet.

        Raises:
            SinkFailed: The file cannot be written, is something else, or a value has line breaks.
        """
        holding = combined(handover, self._stored())
        if self._with_secrets:
            _check_printable(holding)
        self._place.write(render(handover, holding, with_secrets=self._with_secrets))

    def _parsed(self, text: str) -> Holding:
        if not text.startswith(TITLE):
            raise SinkFailed(
                f"{self._place.label}: is not a worksheet of provision, and would be replaced",
                hint="name another path in the manifest's `handoff`, or move the file away",
            )
        return _parsed(text)


def _parsed(text: str) -> Holding:
    """Read the summary of a worksheet; one without secrets holds none."""
    summary = text.removeprefix(TITLE).strip().partition("\n\n")[0]
    lines = (_SUMMARY_LINE.fullmatch(line) for line in summary.splitlines())
    values = {line[1]: line[2] for line in lines if line is not None}
    is_shown = values.get("Secrets") == SECRETS_SHOWN
    secret = _value(values, "Client Secret") if is_shown else None
    token = _value(values, "Refresh Token") if is_shown else None
    key_id = _value(values, "Client secret key id") or ""
    generation = _value(values, "Generation") or ""
    return Holding(
        client_id=values.get("Client ID", ""),
        tenant_id=values.get("Tenant ID", ""),
        authority=values.get("Authority", ""),
        mailbox=_value(values, "Mailbox"),
        client_secret=None if secret is None else ClientSecret(key_id, Secret(secret)),
        token=None
        if token is None
        else Token(
            Secret(token),
            _value(values, "Issued at"),
            int(generation) if generation.isdecimal() else None,
        ),
    )


def _value(values: dict[str, str], label: str) -> str | None:
    """Return a value, or None for the words in brackets that stand for none."""
    value = values.get(label, "")
    return None if not value or value.startswith("(") else value


def _check_printable(holding: Holding) -> None:
    held = (
        holding.client_secret and holding.client_secret.secret,
        holding.token and holding.token.secret,
    )
    if any(isinstance(value, Secret) and not value.reveal().isprintable() for value in held):
        raise SinkFailed("the worksheet cannot show a value that does not fit on one line")
