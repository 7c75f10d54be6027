"""Federated assertions: a foreign issuer's token, where the application trusts its subject.

Source:
    https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.clients import Client
from provision.sandbox.entra.refusals import Refused


def issuer_key(
    context: Context, client: Client, header: JsonObject, claims: JsonObject
) -> RSAPublicKey:
    """Return the key that must have signed an assertion which the application trusts.

    The issuer's keys are those that the control URL was given: nothing is fetched.

    Raises:
        Refused: AADSTS700211, 700212, 700213 (issuer, audience or subject is not the federated
            credential's), 50027 (the issuer has no such key).
    """
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    keys = context.directory.issuers.get(issuer)
    trusted = [c for c in client.application.get("_federated", ()) if c["issuer"] == issuer]
    if keys is None or not trusted:
        raise Refused(700211, issuer=issuer)
    credential = next((c for c in trusted if c["subject"] == subject), None)
    if credential is None:
        raise Refused(700213, subject=subject)
    if claims.get("aud") not in credential["audiences"]:
        raise Refused(700212, audience=str(claims.get("aud")))
    try:
        found = jwt.PyJWKSet.from_dict({"keys": keys})[str(header.get("kid"))].key
    except (KeyError, jwt.PyJWTError) as error:
        raise Refused(50027) from error
    if not isinstance(found, RSAPublicKey):
        raise Refused(50027)
    return found
