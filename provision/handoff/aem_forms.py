"""Hand-off format `aem-forms`: a worksheet to type from, secrets only on request."""

from typing import Final

from provision.errors import SinkFailed
from provision.handoff import aem_html, aem_worksheet
from provision.handoff.aem_places import USUAL_PLACES, AemPlace
from provision.handoff.aem_sheet import make_sheet
from provision.handoff.destinations import Place
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding, combined
from provision.handoff.whole_file import WholeFileSink
from provision.secret import Secret

HTML_ENDINGS: Final = (".html", ".htm")


class AemFormsSink(WholeFileSink):
    """A worksheet for whoever fills in AEM's administration console."""

    name = "aem-forms"

    def __init__(
        self,
        place: Place,
        *,
        with_secrets: bool,
        places: tuple[AemPlace, ...] = USUAL_PLACES,
        is_html: bool = False,
    ) -> None:
        """Take where the worksheet goes, and what it is to be.

        Args:
            place: Of the worksheet.
            with_secrets: Whether the client secret and the refresh token are in it.
            places: Of AEM; each gets a page.
            is_html: A page for a browser in place of text.
        """
        super().__init__(place)
        self._with_secrets = with_secrets
        self._places = places
        self._is_html = is_html

    @property
    def holds_secrets(self) -> bool:
        """Tell that only a file with secrets does."""
        return self._with_secrets and self._place.is_kept

    @property
    def copies(self) -> tuple[str, ...]:
        """Return a name for each place into which somebody types."""
        label = self._place.label
        return tuple(f"AEM Forms {place.called}, by hand from {label}" for place in self._places)

    @property
    def gives_secrets(self) -> bool:
        """Tell that only a worksheet with secrets does, wherever it is written."""
        return self._with_secrets

    def keep(self, handover: Handover) -> None:
        """Replace the worksheet.

        Raises:
            SinkFailed: The file cannot be written, is something else, or a value has line breaks.
        """
        holding = combined(handover, self._stored())
        if self._with_secrets:
            _check_printable(holding)
        sheet = make_sheet(handover, holding, self._places, with_secrets=self._with_secrets)
        self._place.write(
            aem_html.render(sheet, holding) if self._is_html else aem_worksheet.render(sheet)
        )

    def _parsed(self, text: str) -> Holding:
        if text.startswith(aem_worksheet.TITLE):
            return aem_worksheet.parse(text)
        try:
            if aem_html.is_ours(text):
                return aem_html.parse(text)
        except (ValueError, KeyError, TypeError):
            # Not chained: what these errors say may quote the file.
            raise self._foreign() from None
        raise self._foreign()

    def _foreign(self) -> SinkFailed:
        return SinkFailed(
            f"{self._place.label}: is not a worksheet of provision, and would be replaced",
            hint="name another path in the manifest's `handoff`, or move the file away",
        )


def _check_printable(holding: Holding) -> None:
    held = (
        holding.client_secret and holding.client_secret.secret,
        holding.token and holding.token.secret,
    )
    if any(isinstance(value, Secret) and not value.reveal().isprintable() for value in held):
        raise SinkFailed("the worksheet cannot show a value that does not fit on one line")
