"""The device code grant: a program without a browser asks whether somebody approved."""

from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.client_authentication import authenticate
from provision.sandbox.entra.clients import find_client
from provision.sandbox.entra.device_codes import DeviceCodes
from provision.sandbox.entra.issuing import Issue, user_answer
from provision.sandbox.entra.redemption import (
    OpenedGrant,
    TokenRequest,
    first_resource,
    owner_of,
    require_consent,
    require_still_allowed,
    scopes_remembered,
)
from provision.sandbox.entra.refusals import missing_parameter


def redeem_device_code(asked: TokenRequest, devices: DeviceCodes) -> JsonObject:
    """Return tokens for the first resource that was asked for.

    Raises:
        Refused: Nobody approved yet, or whatever is wrong with the client or the code.
    """
    context, form = asked.context, asked.form
    text = form.get("device_code") or form.get("code")
    if not text:
        raise missing_parameter("device_code")
    client = find_client(context, asked.credentials.client_id, asked.authority)
    authenticate(context, client, asked.credentials, None)
    grant = devices.poll(text, client, asked.authority)
    opened = OpenedGrant(client, grant, owner_of(context, grant), None)
    require_still_allowed(context, opened)
    scopes = scopes_remembered(context, opened)
    require_consent(context, opened, scopes)
    issue = Issue(
        account=opened.account,
        grant=grant,
        resource=first_resource(scopes),
        scopes=scopes,
        wants_refresh_token="offline_access" in grant.scopes,
        wants_client_info="client_info" in form,
    )
    answer = user_answer(context, issue)
    context.directory.save()
    return answer
