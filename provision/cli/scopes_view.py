"""`provision authorize --show-scopes`: what each stage asks for, for people and for programs."""

from provision.cli import console, exits
from provision.cli.options import Output
from provision.stages.asked_scopes import AskedScopes, MailboxScopes


def show_scopes(asked: AskedScopes, output: Output) -> int:
    """Print every scope string as it is sent."""
    if output is Output.JSON:
        console.out_json(_as_json(asked))
        return exits.DONE
    for mailbox in asked.mailboxes:
        console.out(mailbox.address)
        for stage, scopes in _stages(mailbox):
            console.out(f"  {stage:8} {scopes}")
    console.out(f"consent ({asked.consent})")
    console.out(f"  on Microsoft Graph  {' '.join(asked.on_graph)}")
    console.out(f"  on Exchange Online  {' '.join(asked.on_exchange)}  (--exchange-consent)")
    return exits.DONE


def _stages(mailbox: MailboxScopes) -> tuple[tuple[str, str], ...]:
    return (
        ("sign-in", mailbox.sign_in),
        ("redeem", mailbox.redeem),
        ("refresh", mailbox.refresh),
        ("graph", mailbox.graph or f"none: {mailbox.graph_refusal}"),
    )


def _as_json(asked: AskedScopes) -> dict[str, object]:
    return {
        "mailboxes": [
            {
                "mailbox": m.address,
                "signIn": m.sign_in,
                "redeem": m.redeem,
                "refresh": m.refresh,
                "graph": m.graph,
                "graphRefusal": m.graph_refusal or None,
            }
            for m in asked.mailboxes
        ],
        "consent": {
            "type": asked.consent,
            "microsoftGraph": list(asked.on_graph),
            "exchangeOnline": list(asked.on_exchange),
        },
    }
