"""`python -m provision.sandbox.visit`: links in a program's words, and who goes there."""

import io

from provision.sandbox.visit import visit_links
from tests.contract.sandbox_entra.registered import Registered, listening
from tests.contract.sandbox_entra.test_visitor import MAILBOX, authorize_url


def test_signs_in_where_a_line_links_to_and_passes_every_line_on(registered: Registered) -> None:
    out = io.StringIO()
    with listening() as listener:
        link = authorize_url(registered, listener.uri, login_hint=MAILBOX)
        said = ["Open this link:\n", f"  {link}\n", "waiting\n"]
        refused = visit_links(said, registered.ready, "accept", out)

    assert refused == 0
    assert "code" in listener.answers[0]
    told = f"visit: {MAILBOX} was there, the last page answered 200\n"
    assert out.getvalue() == "".join([*said[:2], told, said[2]])


def test_counts_a_visit_that_ends_on_a_refusal(registered: Registered) -> None:
    out = io.StringIO()
    link = authorize_url(registered, "http://localhost/nowhere", login_hint=MAILBOX)

    assert visit_links([link], registered.ready, "accept", out) == 1
    assert out.getvalue().endswith("the last page answered 400\n")


def test_names_a_person_whom_the_sandbox_does_not_know(registered: Registered) -> None:
    out = io.StringIO()
    link = authorize_url(registered, "http://localhost", login_hint="nobody@contoso.com")

    assert visit_links([link], registered.ready, "accept", out) == 1
    assert "no user 'nobody@contoso.com'" in out.getvalue()


def test_links_that_lead_elsewhere_are_only_passed_on(registered: Registered) -> None:
    out = io.StringIO()
    line = "https://login.example/t/oauth2/v2.0/authorize?client_id=1\n"

    assert visit_links([line], registered.ready, "accept", out) == 0
    assert out.getvalue() == line
