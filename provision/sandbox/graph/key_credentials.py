"""Certificates of applications and service principals: replaced whole, or rolled with a proof."""

from base64 import b64decode, b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.application_limits import PERSONAL_AUDIENCES
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call, object_body
from provision.sandbox.graph.credential_restrictions import check_key_lifetime
from provision.sandbox.graph.credential_shape import instant_text, key_credential, parse_instant
from provision.sandbox.graph.refusals import (
    GraphRefusal,
    bad_request,
    invalid_value,
    not_permitted,
    unauthenticated_proof,
)
from provision.sandbox.graph.stored_objects import writable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_ACCEPTED: Final = {
    "type": ("AsymmetricX509Cert", "X509CertAndPassword", "Symmetric"),
    "usage": ("Sign", "Verify"),
}
# https://learn.microsoft.com/graph/application-rollkey-prooftoken
_PROOF_AUDIENCE: Final = "00000002-0000-0000-c000-000000000000"
_LONGEST_PROOF: Final = timedelta(minutes=10)


def replace_keys(context: Context, owner: JsonObject, sent: object) -> None:
    """Put other key credentials in the place of all that are there.

    One that is there already may come without its key. The certificates themselves are kept
    apart, by key id, for the token endpoint; no answer shows them.

    Raises:
        GraphRefusal: One of them is no certificate, or its time, type or usage is wrong.
    """
    if sent is None:
        sent = []
    if not isinstance(sent, list) or not all(isinstance(key, dict) for key in sent):
        raise invalid_value("keyCredentials", "Application")
    held: JsonObject = owner.get("_keys", {})
    known = {credential["keyId"]: credential for credential in owner["keyCredentials"]}
    credentials: list[JsonObject] = []
    keys: JsonObject = {}
    for key in sent:
        key_id = _key_id(key)
        if not key.get("key"):
            if key_id not in known:
                raise bad_request("Key value is invalid certificate")
            credentials.append(known[key_id])
        else:
            credentials.append(_credential(context, owner, key | {"keyId": key_id}))
            keys[key_id] = _der_text(key["key"])
        keys.setdefault(key_id, held.get(key_id))
    owner["keyCredentials"], owner["_keys"] = credentials, keys


def add_key(context: Context, call: Call) -> Answer:
    """Answer `POST …/{id}/addKey`, which wants proof of a key that is there."""
    owner, body = writable(context, call), object_body(call)
    key = body.get("keyCredential")
    if not isinstance(key, dict) or not key.get("key"):
        raise invalid_value("keyCredential", "KeyCredential")
    _check_proof(context, owner, body.get("proof"))
    key = key | {"keyId": _key_id(key)}
    credential = _credential(context, owner, key)
    if parse_instant(credential["endDateTime"]) <= context.clock.now():
        raise _bad_end()
    owner["keyCredentials"] = [*owner["keyCredentials"], credential]
    owner["_keys"] = {**owner.get("_keys", {}), key["keyId"]: _der_text(key["key"])}
    context.directory.save()
    envelope = {"@odata.context": f"{METADATA}microsoft.graph.keyCredential"}
    return Answer(200, envelope | credential, location="https://graph.microsoft.com")


def remove_key(context: Context, call: Call) -> Answer:
    """Answer `POST …/{id}/removeKey`, which wants proof of a key that is there."""
    owner, body = writable(context, call), object_body(call)
    _check_proof(context, owner, body.get("proof"))
    key_id = str(body.get("keyId")).lower()
    kept = [held for held in owner["keyCredentials"] if held["keyId"] != key_id]
    if len(kept) == len(owner["keyCredentials"]):
        raise bad_request(f"No credentials found to be removed with keyId '{body.get('keyId')}'.")
    owner["keyCredentials"] = kept
    owner["_keys"].pop(key_id, None)
    context.directory.save()
    return NO_CONTENT


def _credential(context: Context, owner: JsonObject, key: JsonObject) -> JsonObject:
    for name, accepted in _ACCEPTED.items():
        if key.get(name) not in accepted:
            raise bad_request(
                f'The value for the property "{name}" in one of your credentials is invalid. '
                f"Acceptable values are {', '.join(accepted)}."
            )
    is_symmetric = key["type"] == "Symmetric"
    if is_symmetric and owner["signInAudience"] in PERSONAL_AUDIENCES:
        raise invalid_value("keyCredentials", "Application")
    certificate = None if is_symmetric else _certificate(key["key"])
    now = context.clock.now()
    start = now if certificate is None else certificate.not_valid_before_utc
    end = now + timedelta(days=365) if certificate is None else certificate.not_valid_after_utc
    try:
        start_at = parse_instant(key.get("startDateTime") or start.isoformat())
        end_at = parse_instant(key.get("endDateTime") or end.isoformat())
    except (TypeError, ValueError):
        raise invalid_value("keyCredentials", "Application") from None
    is_over = context.directory.switches.expired_keys_refused and end_at <= now
    if end_at <= start_at or (certificate is not None and end_at > end) or is_over:
        raise _bad_end()
    check_key_lifetime(context, owner, start_at, end_at)
    times = {"startDateTime": instant_text(start_at), "endDateTime": instant_text(end_at)}
    return key_credential(key | times, certificate)


def _check_proof(context: Context, owner: JsonObject, proof: object) -> None:
    """Return when the proof was signed for this object by a certificate that it has."""
    import jwt  # noqa: PLC0415  (proofs are rare)

    if not proof:
        raise not_permitted()
    now = context.clock.now()
    for credential in owner["keyCredentials"]:
        der = owner.get("_keys", {}).get(credential["keyId"])
        if not der or parse_instant(credential["endDateTime"]) <= now:
            continue
        try:
            claims = jwt.decode(
                str(proof),
                key=_certificate(der).public_key(),  # type: ignore[arg-type]  # RSA or EC, as certified
                algorithms=["RS256", "PS256", "ES256"],
                audience=_PROOF_AUDIENCE,
                issuer=owner["id"],
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False,
                         "require": ["exp", "nbf"]},
            )  # fmt: skip
        except (jwt.PyJWTError, TypeError, ValueError):
            continue
        lifetime = claims["exp"] - claims["nbf"]
        is_present = claims["nbf"] <= now.timestamp() + 300 and claims["exp"] > now.timestamp()
        if is_present and lifetime <= _LONGEST_PROOF.total_seconds():
            return
    raise unauthenticated_proof()


def _certificate(text: object) -> "Certificate":
    from cryptography import x509  # noqa: PLC0415  (certificates on applications are rare)

    try:
        return x509.load_der_x509_certificate(b64decode(str(text)))
    except ValueError:
        raise bad_request("Key value is invalid certificate") from None


def _der_text(text: str) -> str:
    """Return base64 without the line breaks that some clients send."""
    return b64encode(b64decode(text)).decode()


def _key_id(key: JsonObject) -> str:
    try:
        return str(UUID(str(key["keyId"]))) if key.get("keyId") else str(uuid4())
    except ValueError:
        raise invalid_value("keyId", "KeyCredential") from None


def _bad_end() -> GraphRefusal:
    message = "Key credential end date is invalid."
    return GraphRefusal(400, "KeyCredentialsInvalidEndDate", message)
