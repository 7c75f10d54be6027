"""From a format and a path to the sink that writes it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provision.errors import UsageError
from provision.handoff.aem_forms import HTML_ENDINGS, AemFormsSink
from provision.handoff.aem_places import USUAL_PLACES, AemPlace
from provision.handoff.destinations import FilePlace, Place, StreamPlace
from provision.handoff.dotenv import DotenvSink
from provision.handoff.json_file import JsonSink
from provision.handoff.port import Sink

KINDS: Final = ("dotenv", "json", "aem-forms")
STANDARD_OUTPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Worksheet:
    """What a worksheet for AEM is to be."""

    places: tuple[AemPlace, ...] = USUAL_PLACES
    is_html: bool | None = None
    """None leaves it to the ending of the path."""


def make_sink(
    kind: str,
    path: str,
    *,
    with_secrets: bool = False,
    base: Path | None = None,
    writer: Callable[[str], object] | None = None,
    worksheet: Worksheet | None = None,
) -> Sink:
    """Return the sink for one entry of `handoff`.

    Args:
        kind: One of `KINDS`.
        path: Where to write; `-` means the writer.
        with_secrets: Whether a worksheet shows the secrets; the other formats always carry them.
        base: Directory that a relative path starts from; the current one when None.
        writer: Takes the text of a hand-off to standard output. Whether a terminal may show it is
            for the caller to decide.
        worksheet: Of an `aem-forms`; the usual one when None.

    Raises:
        UsageError: The kind is unknown, or `-` was asked for where there is no writer.
    """
    place = make_place(kind, path, base, writer)
    match kind:
        case "dotenv":
            return DotenvSink(place)
        case "json":
            return JsonSink(place)
        case "aem-forms":
            sheet = worksheet or Worksheet()
            by_ending = path.lower().endswith(HTML_ENDINGS)
            return AemFormsSink(
                place,
                with_secrets=with_secrets,
                places=sheet.places,
                is_html=by_ending if sheet.is_html is None else sheet.is_html,
            )
        case _:
            raise UsageError(
                f"hand-off to {kind!r}: there is no such format",
                hint=f"choose one of {', '.join(KINDS)}",
            )


def make_place(
    kind: str, path: str, base: Path | None, writer: Callable[[str], object] | None
) -> Place:
    """Return where a text goes; the arguments are those of `make_sink`.

    Raises:
        UsageError: `-` was asked for where there is no writer.
    """
    if path != STANDARD_OUTPUT:
        return FilePlace(path, (base or Path()) / path)
    if writer is None:
        raise UsageError(
            f"hand-off to {kind!r}: standard output is not available here",
            hint="name a file in `path`",
        )
    return StreamPlace(writer)
