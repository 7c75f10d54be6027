"""Certificates are always verified: the one way to a TLS context here."""

import ssl
from pathlib import Path

from provision.errors import UsageError


def tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return a context that checks certificate and host name.

    Python's mail clients verify nothing unless they are given one.

    Args:
        ca_bundle: PEM file whose authorities alone are trusted, whatever `SSL_CERT_FILE` says;
            None means the system's.

    Raises:
        UsageError: The file cannot be read as certificates.
    """
    if ca_bundle is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(ca_bundle))
    except OSError as error:
        raise UsageError(
            f"CA bundle {ca_bundle}: cannot be used ({error.strerror or error})",
            hint="it belongs to the cloud file: start the sandbox again, or correct `caBundle`",
        ) from error
