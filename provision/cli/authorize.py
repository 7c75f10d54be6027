"""`provision authorize`: sign a mailbox owner in and hold the refresh token."""

from typing import TYPE_CHECKING

from provision import wiring
from provision.cli import console, exits
from provision.cli.authorize_options import (
    Admin,
    Browser,
    Direct,
    DomainHint,
    Mode,
    Paste,
    PromptOption,
    RegistrationOption,
    ResponseMode,
    SecretStdin,
    Timeout,
    read_secret,
    require_sense,
)
from provision.cli.options import (
    MANIFEST,
    CloudOption,
    File,
    MailboxOption,
    NoProgress,
    Output,
    OutputOption,
    TrustCloud,
    Yes,
)
from provision.errors import RefusedError, SignInRequired

if TYPE_CHECKING:
    from provision.stages.session import Session
    from provision.stages.sign_in_flow import Authorized
    from provision.stages.sign_in_way import SignInWay, Surface
    from provision.tenant.mailbox import Mailbox


def authorize(
    file: File = MANIFEST,
    mailbox: MailboxOption = None,
    registration: RegistrationOption = None,
    paste: Paste = False,
    response_mode: Mode = ResponseMode.FORM_POST,
    prompt: PromptOption = None,
    domain_hint: DomainHint = None,
    browser: Browser = True,
    timeout: Timeout = 300.0,
    secret_stdin: SecretStdin = False,
    admin: Admin = None,
    direct: Direct = False,
    yes: Yes = False,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Sign a mailbox owner in; the refresh token goes into the vault."""
    from provision.cli import ask, customer_consent, registration_file
    from provision.cli.progress_view import Watch
    from provision.cli.sign_in_link import TerminalSurface
    from provision.stages.sign_in_way import FRESH_PATIENCE, SignInWay

    require_sense(
        {
            "--paste": paste,
            "--secret-stdin": secret_stdin,
            "--prompt": prompt,
            "--domain-hint": domain_hint,
            "--admin": admin,
            "--direct": direct,
        }
    )
    secret = read_secret() if secret_stdin else None
    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    way = SignInWay(
        by="paste" if paste else "listener",
        is_query=response_mode is ResponseMode.QUERY,
        prompt=prompt.value if prompt else "select_account",
        domain_hint=domain_hint,
        timeout=timeout,
        # A secret that somebody typed is more likely wrong than new.
        patience=0.0 if secret else FRESH_PATIENCE,
    )
    choices = wiring.Choices(
        client_secret=secret, may_open_browser=browser and (admin is None or ask.is_interactive())
    )
    surface = TerminalSurface(is_pasted=paste, opens_browser=browser)
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        if registration is not None:
            session.use(registration_file.for_manifest(registration, session))
        if admin is not None:
            if direct:
                return customer_consent.directly(session, admin, watch, output, yes=yes)
            return customer_consent.by_link(session, admin, way, surface, output)
        done: list[Authorized] = []
        codes = [_sign_in(session, m, way, surface, done) for m in session.mailboxes(mailbox or ())]
    if output is Output.JSON:
        console.out_json({"authorized": [as_json(a) for a in done]})
    else:
        for authorized in done:
            console.out(f"{authorized.mailbox.key.address}: signed in, refresh token held")
    return exits.worst(codes)


def _sign_in(
    session: "Session",
    mailbox: "Mailbox",
    way: "SignInWay",
    surface: "Surface",
    done: "list[Authorized]",
) -> int:
    try:
        done.append(session.authorize(mailbox, way, surface))
    except (SignInRequired, RefusedError) as error:
        # One owner's refusal; the next one may do better.
        console.failure(error)
        return exits.code_for(error)
    return exits.DONE


def as_json(authorized: "Authorized") -> dict[str, object]:
    """Return who signed in for programs; holds no token."""
    return {
        "mailbox": authorized.mailbox.key.address,
        "signInAs": authorized.mailbox.sign_in_as,
        "objectId": authorized.mailbox.object_id,
        "generation": authorized.generation,
    }
