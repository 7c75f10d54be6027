"""Client assertions: a JWT signed with a certificate's private half, or by a trusted issuer.

Source:
    https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

from base64 import b64decode, urlsafe_b64encode
from binascii import unhexlify
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from jwt.types import Options

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.authorities import resolve_authority
from provision.sandbox.entra.clients import Client
from provision.sandbox.entra.federated_assertion import issuer_key
from provision.sandbox.entra.refusals import Refused, missing_parameter

_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_MICROSOFT: Final = "login.microsoftonline.com"
_AUDIENCES: Final = ("oauth2/v2.0/token", "oauth2/token", "v2.0")
_SKEW: Final = 300.0
# Issuer, audience and time are judged by us, on the sandbox's clock.
_SIGNATURE_ONLY: Final[Options] = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
}
_KEYS: Final = "_keys"
"""Private member of applications and service principals: base64 DER of certificates by key id."""


def require_good_assertion(context: Context, client: Client, assertion: str, kind: str) -> None:
    """Refuse an assertion that neither a certificate nor a federated credential explains.

    Raises:
        Refused: AADSTS900144, 90023, 50027, 700211, 700212, 700213, 700021, 700023, 700024, 700027.
    """
    if not kind:
        raise missing_parameter("client_assertion_type")
    if kind != _TYPE:
        raise Refused(90023, what="Unsupported 'client_assertion_type' value.")
    try:
        header = jwt.get_unverified_header(assertion)
        claims: JsonObject = jwt.decode(assertion, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise Refused(50027) from error
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    if not issuer or not subject:
        raise Refused(50027)
    if issuer.lower() not in (client.client_id, subject.lower()):
        _require_signed_by(issuer_key(context, client, header, claims), assertion)
        return _require_time(context, claims)
    if {issuer.lower(), subject.lower()} != {client.client_id}:
        raise Refused(700021)
    if not _is_for_us(context, claims.get("aud")):
        raise Refused(700023)
    _require_signature(context, client, assertion, _thumbprint(header))
    return _require_time(context, claims)


def _require_signed_by(key: RSAPublicKey, assertion: str) -> None:
    try:
        jwt.decode(assertion, key, list(_ALGORITHMS), options=_SIGNATURE_ONLY)
    except jwt.InvalidTokenError as error:
        raise Refused(50027) from error


def _is_for_us(context: Context, audience: object) -> bool:
    """Tell whether an audience is the token endpoint or the issuer of one of our authorities."""
    try:
        parts = urlsplit(str(audience))
        segment, _, rest = parts.path.strip("/").partition("/")
        resolve_authority(segment, context.directory)
    except (Refused, ValueError):
        return False
    return parts.netloc in (urlsplit(context.origin).netloc, _MICROSOFT) and rest in _AUDIENCES


def _thumbprint(header: JsonObject) -> str:
    """Return what names the certificate, as unpadded base64url of a digest."""
    named = header.get("x5t#S256") or header.get("x5t") or header.get("kid")
    if not isinstance(named, str):
        raise Refused(50027)
    try:
        return _unpadded(unhexlify(named))  # some clients write `kid` in hexadecimal
    except ValueError:
        return named.rstrip("=")


def _require_signature(context: Context, client: Client, assertion: str, thumbprint: str) -> None:
    certificate = _registered(client, thumbprint)
    if certificate is None:
        raise Refused(700027, client_id=client.client_id, thumbprint=_hexadecimal(thumbprint))
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    shown = _hexadecimal(thumbprint)
    if not start <= context.clock.now() < end:
        valid = {"valid_from": f"{start:%m/%d/%Y %H:%M:%S}", "valid_to": f"{end:%m/%d/%Y %H:%M:%S}"}
        raise Refused("700027/expired", thumbprint=shown, **valid)
    key = certificate.public_key()
    try:
        if not isinstance(key, RSAPublicKey):
            raise Refused("700027/signature", thumbprint=shown)
        jwt.decode(assertion, key, list(_ALGORITHMS), options=_SIGNATURE_ONLY)
    except jwt.InvalidTokenError as error:
        raise Refused("700027/signature", thumbprint=shown) from error


def _registered(client: Client, thumbprint: str) -> x509.Certificate | None:
    """Return the certificate with a thumbprint, of the application or its service principal."""
    for owner in (client.application, client.service_principal or {}):
        present = {key["keyId"] for key in owner.get("keyCredentials") or ()}
        kept: dict[str, str | None] = owner.get(_KEYS) or {}
        for encoded in filter(None, (kept.get(key_id) for key_id in present)):
            certificate = x509.load_der_x509_certificate(b64decode(encoded))
            # SHA-1 is what `x5t` means; nothing relies on its strength.
            digests = (_unpadded(certificate.fingerprint(made())) for made in (SHA1, SHA256))
            if thumbprint in digests:
                return certificate
    return None


def _require_time(context: Context, claims: JsonObject) -> None:
    now = context.clock.timestamp()
    try:
        start, end = float(claims.get("nbf", now)), float(claims["exp"])
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(50027) from error
    if start - _SKEW <= now < end + _SKEW:
        return
    instants = {"now": now, "valid_from": start, "valid_to": end}
    raise Refused(700024, **{name: _instant(at) for name, at in instants.items()})


def _instant(at: float) -> str:
    try:
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError):
        return str(at)


def _hexadecimal(thumbprint: str) -> str:
    try:
        return b64decode(thumbprint + "==", altchars=b"-_").hex().upper()
    except ValueError:
        return ""


def _unpadded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
