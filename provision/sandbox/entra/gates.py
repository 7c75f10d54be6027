"""What a tenant may put between an account and an application, whatever the password says."""

from provision.sandbox.context import Context
from provision.sandbox.directory import Account
from provision.sandbox.entra.clients import Client
from provision.sandbox.entra.refusals import Refused
from provision.sandbox.entra.scopes import GRAPH, Scopes, resources_of


def refuse_access(
    context: Context, client: Client, account: Account, *, variant: str, by_device_code: bool
) -> None:
    """Refuse an account that a policy or a missing assignment keeps out.

    Args:
        context: Its switches are the policies.
        client: The application; its service principal may require assignment.
        account: Personal ones are in no tenant, so nothing of this holds them.
        variant: `/grant` at the token endpoint, empty on a page.
        by_device_code: How the person signs in.

    Raises:
        Refused: AADSTS53003 or 50105.
    """
    switches = context.directory.switches
    if account.is_personal:
        return
    if switches.access_blocked or (by_device_code and switches.device_code_blocked):
        raise Refused(f"53003{variant}")
    if needs_assignment(client) and not _is_assigned(context, client, account):
        raise Refused(f"50105{variant}", **client.label)


def _is_assigned(context: Context, client: Client, account: Account) -> bool:
    """Tell whether a lever or Graph's `appRoleAssignedTo` lets the account in."""
    pair = account.object_id, (client.service_principal or {}).get("id")
    return client.client_id in account.assigned_to or any(
        (assignment["principalId"], assignment["resourceId"]) == pair
        for assignment in context.directory.role_assignments.values()
    )


def needs_assignment(client: Client) -> bool:
    """Tell whether only assigned people may use the application."""
    return bool((client.service_principal or {}).get("appRoleAssignmentRequired"))


def missing_factor(
    context: Context, account: Account, scopes: Scopes, *, has_factor: bool
) -> Refused | None:
    """Return what a sign-in by password alone is told where that is not enough."""
    is_required = context.directory.switches.multi_factor_required and not account.is_personal
    if not is_required or (has_factor and account.has_second_factor):
        return None
    code = 50076 if account.has_second_factor else 50079
    return Refused(code, resource=(*resources_of(scopes), GRAPH)[0].client_id)
