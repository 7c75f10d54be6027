"""`provision authorize`: sign a mailbox owner in and hold the refresh token."""

import sys
from typing import TYPE_CHECKING

from provision import wiring
from provision.cli import console, exits
from provision.cli.authorize_options import (
    Admin,
    Browser,
    Chosen,
    Device,
    Direct,
    DomainHint,
    Link,
    Mode,
    Paste,
    PromptOption,
    RegistrationOption,
    ResponseMode,
    SecretStdin,
    ShowScopes,
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
from provision.secret import Secret

if TYPE_CHECKING:
    from provision.cli.progress_view import Watch
    from provision.stages.session import Session
    from provision.stages.sign_in_flow import Authorized
    from provision.stages.sign_in_way import SignInWay, Surface
    from provision.tenant.mailbox import Mailbox


def authorize(
    file: File = MANIFEST,
    mailbox: MailboxOption = None,
    registration: RegistrationOption = None,
    paste: Paste = False,
    device: Device = False,
    link: Link = False,
    response_mode: Mode = ResponseMode.FORM_POST,
    prompt: PromptOption = None,
    domain_hint: DomainHint = None,
    browser: Browser = True,
    timeout: Timeout = None,
    secret_stdin: SecretStdin = False,
    show_scopes: ShowScopes = False,
    admin: Admin = None,
    direct: Direct = False,
    yes: Yes = False,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Sign a mailbox owner in; the refresh token goes into the vault."""
    chosen = Chosen(
        mailboxes=tuple(mailbox or ()),
        registration=registration,
        paste=paste,
        device=device,
        link=link,
        response_mode=response_mode,
        prompt=prompt,
        domain_hint=domain_hint,
        browser=browser,
        timeout=timeout,
        secret_stdin=secret_stdin,
        show_scopes=show_scopes,
        admin=admin,
        direct=direct,
        yes=yes,
        output=output,
    )
    require_sense(chosen)
    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    return _run(place, chosen, is_quiet=no_progress)


def _run(place: wiring.Place, chosen: Chosen, *, is_quiet: bool) -> int:
    from provision.cli import ask, registration_file, sent_link
    from provision.cli.progress_view import Watch
    from provision.cli.scopes_view import show_scopes

    secret = read_secret() if chosen.secret_stdin else None
    choices = wiring.Choices(
        client_secret=secret,
        may_open_browser=chosen.browser and (chosen.admin is None or ask.is_interactive()),
    )
    with Watch(is_quiet=is_quiet) as watch, wiring.open_session(place, watch, choices) as session:
        if chosen.show_scopes:
            return show_scopes(session.asked_scopes(chosen.mailboxes), chosen.output)
        if chosen.registration is not None:
            session.use(registration_file.for_manifest(chosen.registration, session))
        way = _way(chosen, secret)
        if chosen.admin is not None:
            return _consent(session, chosen, way, watch)
        if chosen.link:
            return sent_link.print_links(session, chosen.mailboxes, way, chosen.output)
        return _sign_everybody_in(session, chosen, way)


def _way(chosen: Chosen, secret: Secret | None) -> "SignInWay":
    from provision.stages.sign_in_way import FRESH_PATIENCE, SignInWay

    return SignInWay(
        by="paste" if chosen.paste else "device" if chosen.device else "listener",
        takes_up=not sys.stdin.isatty(),
        is_query=chosen.response_mode is ResponseMode.QUERY,
        prompt=chosen.prompt.value if chosen.prompt else "select_account",
        domain_hint=chosen.domain_hint,
        timeout=chosen.timeout,
        # A secret that somebody typed is more likely wrong than new.
        patience=0.0 if secret else FRESH_PATIENCE,
    )


def _consent(session: "Session", chosen: Chosen, way: "SignInWay", watch: "Watch") -> int:
    from provision.cli import customer_consent

    tenant, output = chosen.admin or "", chosen.output
    if chosen.direct:
        return customer_consent.directly(session, tenant, watch, output, yes=chosen.yes)
    return customer_consent.by_link(session, tenant, way, _surface(chosen), output)


def _sign_everybody_in(session: "Session", chosen: Chosen, way: "SignInWay") -> int:
    done: list[Authorized] = []
    surface = _surface(chosen)
    try:
        mailboxes = session.mailboxes(chosen.mailboxes)
        codes = [_sign_in(session, mailbox, way, surface, done) for mailbox in mailboxes]
    except BaseException:  # Ctrl-C included: whoever has signed in need not do so again.
        if done:
            _tell(done, chosen.output)
        raise
    _tell(done, chosen.output)
    return exits.worst(codes)


def _tell(done: "list[Authorized]", output: Output) -> None:
    if output is Output.JSON:
        console.out_json({"authorized": [as_json(a) for a in done]})
        return
    for authorized in done:
        console.out(f"{authorized.mailbox.key.address}: signed in, refresh token held")


def _surface(chosen: Chosen) -> "Surface":
    from provision.cli.sign_in_link import TerminalSurface

    return TerminalSurface(opens_browser=chosen.opens_browser)


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
        console.failure(error, mailbox.address)
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
