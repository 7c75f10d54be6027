"""`provision authorize --admin TENANT`: a customer's whole tenant consents."""

from typing import TYPE_CHECKING

from provision.cli import ask, console, exits
from provision.cli.options import Output

if TYPE_CHECKING:
    from provision.cli.progress_view import Watch
    from provision.stages.customer_consent import Consented
    from provision.stages.session import Session
    from provision.stages.sign_in_way import SignInWay, Surface


def by_link(
    session: "Session", tenant: str, way: "SignInWay", surface: "Surface", output: Output
) -> int:
    """Show the consent link and wait for its answer."""
    return _told(session.consent_by_link(tenant, way, surface), output)


def directly(session: "Session", tenant: str, watch: "Watch", output: Output, *, yes: bool) -> int:
    """Let Graph record the consent, once somebody said yes to it."""

    def confirm(changes: tuple[str, ...]) -> bool:
        watch.pause()
        for change in changes:
            console.err(f"+ {change}")
        name = session.manifest.application.unique_name
        question = (
            f"Consent on behalf of the whole tenant {tenant}: {name} could open any user's mailbox "
            "once that user signs in. Grant it?"
        )
        return ask.confirmed(question, yes=yes, what_for=f"consent of {tenant} to {name}")

    return _told(session.consent_directly(tenant, confirm), output)


def _told(consented: "Consented", output: Output) -> int:
    tenant, done = consented.customer, consented.done
    how = "by its administrator's link"
    if consented.was_direct:
        how = f"granted here: {'; '.join(done)}" if done else "granted before, nothing changed"
    if output is Output.JSON:
        console.out_json(
            {
                "tenant": tenant.name,
                "tenantId": tenant.tenant_id,
                "direct": consented.was_direct,
                "scopes": list(consented.scopes),
                "done": list(done),
            }
        )
    else:
        console.out(f"tenant {tenant.name} ({tenant.tenant_id}): consented, {how}")
    return exits.DONE
