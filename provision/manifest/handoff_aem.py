"""The hand-offs to AEM Forms: a worksheet that somebody types from."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.dataclasses import dataclass

from provision.manifest.fields import Address, FilePath, refused
from provision.manifest.sections import SECTION
from provision.manifest.spelling import nearest

_LONGEST_NAME: Final = 100
_PLACES: Final = ("email-service", "form-workflow")


def _endpoint_name(value: object) -> str:
    is_text = isinstance(value, str) and value.strip() and value.isprintable()
    if not is_text or len(str(value)) > _LONGEST_NAME:
        raise refused(f"the name of an endpoint is one line of at most {_LONGEST_NAME} characters")
    return str(value).strip()


@dataclass(frozen=True, slots=True, config=SECTION)
class EndpointPlace:
    """An e-mail endpoint: it starts a process for each mail, and deletes the mail."""

    endpoint: Annotated[
        str,
        AfterValidator(_endpoint_name),
        Field(json_schema_extra={"minLength": 1, "maxLength": _LONGEST_NAME}),
    ]
    """Its name, as Endpoint Management shows it."""


def _place(value: object) -> object:
    if isinstance(value, dict) and set(value) == {"endpoint"}:
        # Here, since a union would tell of each of its members what is wrong with it.
        return {"endpoint": _endpoint_name(value["endpoint"])}
    if value in _PLACES or isinstance(value, EndpointPlace):
        return value
    known = f"{', '.join(_PLACES)} or {{endpoint: NAME}}"
    meant = nearest(value, _PLACES) or "" if isinstance(value, str) else ""
    raise refused(f"{str(value)[:60]!r} is no place of AEM Forms: {known}", meant)


Place = Annotated[
    Literal["email-service", "form-workflow"] | EndpointPlace, BeforeValidator(_place)
]


def _places(value: tuple[Place, ...]) -> tuple[Place, ...]:
    if len(set(value)) < len(value):
        raise refused("each place stands there once")
    if sum(isinstance(place, EndpointPlace) for place in value) > 1:
        raise refused("a mailbox serves one endpoint: give the other one a mailbox of its own")
    return value


@dataclass(frozen=True, slots=True, config=SECTION)
class AemFormsTarget:
    """A worksheet to fill in AEM Forms on JEE from."""

    to: Literal["aem-forms"]
    """A worksheet to fill in AEM Forms on JEE from."""
    path: FilePath
    """The file to write, relative to the manifest; `-` is standard output."""
    format: Literal["text", "html"] | None = None
    """Text, or a page with buttons that copy. Left out, a path ending in .html or .htm decides."""
    places: Annotated[tuple[Place, ...], AfterValidator(_places)] = Field(
        default=_PLACES, min_length=1
    )
    """Which places of AEM get a copy: each has a part of the sheet and, once a sheet with secrets
    is written, a line in the ledger. An endpoint has to be named, as `endpoint: NAME`.
    """
    mailbox: Address | None = None
    """Whose refresh token goes there: a file holds one mailbox. Needed when there are several."""
