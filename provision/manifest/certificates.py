"""`application.certificates`: files with one public certificate each, read while loading."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from provision.manifest.fields import FilePath
from provision.tenant.certificate import Certificate

if TYPE_CHECKING:
    from cryptography import x509

_PEM = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A certificate by the path of its file."""

    path: str
    certificate: Certificate | None = None
    """What the file holds; None until it was read."""


class _WrittenAsPath:
    """Tells pydantic that a `CertificateFile` is written as a path."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        path = core_schema.no_info_after_validator_function(
            CertificateFile, handler.generate_schema(FilePath)
        )
        return core_schema.no_info_wrap_validator_function(
            lambda value, parse: value if isinstance(value, CertificateFile) else parse(value), path
        )

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


CertificatePath = Annotated[CertificateFile, _WrittenAsPath()]


def read_certificate_files(
    files: tuple[CertificateFile, ...], folder: Path
) -> tuple[tuple[CertificateFile, ...], tuple[tuple[int, str], ...]]:
    """Return the files with what they hold, and what is wrong with which of them.

    Args:
        files: As the manifest names them.
        folder: What relative paths start from.
    """
    found: list[CertificateFile] = []
    wrong: list[tuple[int, str]] = []
    for index, file in enumerate(files):
        path = folder / file.path
        try:
            certificate = _read(path)
        except OSError as error:
            wrong.append((index, f"{path}: cannot be read ({error.strerror})"))
        except ValueError as error:
            wrong.append((index, f"{path}: {error}"))
        else:
            found.append(replace(file, path=str(path), certificate=certificate))
    wrong.extend(_twins(tuple(found)))
    return tuple(found), tuple(wrong)


def _twins(files: tuple[CertificateFile, ...]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for index, file in enumerate(files):
        thumbprint = file.certificate.thumbprint if file.certificate else ""
        if thumbprint in seen:
            yield index, f"{file.path}: this certificate stands there already"
        seen.add(thumbprint)


def _read(path: Path) -> Certificate:
    from cryptography.x509 import (  # noqa: PLC0415  (only where a manifest names one)
        load_der_x509_certificate,
        load_pem_x509_certificate,
    )

    content = path.read_bytes()
    if b"PRIVATE KEY-----" in content:
        message = "it holds a private key, which belongs to whoever signs in: give the public part"
        raise ValueError(message)
    if content.count(_PEM) > 1:
        message = "it holds several certificates: give the one of the application"
        raise ValueError(message)
    try:
        is_pem = _PEM in content
        found = (load_pem_x509_certificate if is_pem else load_der_x509_certificate)(content)
    except ValueError as error:
        message = "it is no X.509 certificate"
        raise ValueError(message) from error
    return _certificate(found)


def _certificate(found: "x509.Certificate") -> Certificate:
    from cryptography.hazmat.primitives.hashes import SHA1  # noqa: PLC0415  (see above)
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    return Certificate(
        # Graph's thumbprint is SHA-1 by definition; nothing here relies on its strength.
        thumbprint=found.fingerprint(SHA1()).hex().upper(),  # noqa: S303
        subject=found.subject.rfc4514_string(),
        start_at=found.not_valid_before_utc,
        end_at=found.not_valid_after_utc,
        der=base64.b64encode(found.public_bytes(Encoding.DER)).decode(),
    )
