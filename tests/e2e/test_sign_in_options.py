"""`authorize`: what the sign-in page is told, and options that contradict each other."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.workplace import OWNER, Ran, Visit


def asked(ran: Ran) -> dict[str, str]:
    """Return the parameters of the sign-in link that was shown."""
    (link,) = (line for line in ran.err.splitlines() if "/oauth2/v2.0/authorize?" in line)
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_the_page_is_told_which_account_is_wanted_and_lets_it_be_chosen(work):
    work.applied()

    told = asked(work.done("authorize", visit=Visit()))

    assert (told["prompt"], told["login_hint"]) == ("select_account", OWNER)
    assert "domain_hint" not in told


@pytest.mark.parametrize("prompt", ["login", "consent"])
def test_the_page_may_be_told_to_ask_for_more(work, prompt):
    work.applied()

    told = asked(work.done("authorize", "--prompt", prompt, visit=Visit()))

    assert told["prompt"] == prompt


def test_the_page_may_be_told_whose_page_it_is(work):
    work.applied()

    told = asked(work.done("authorize", "--domain-hint", "contoso.com", visit=Visit()))

    assert told["domain_hint"] == "contoso.com"


def test_a_page_that_may_ask_nothing_says_who_would_have_to_be_signed_in(work):
    work.applied()

    ran = work.run("authorize", "--prompt", "none", visit=Visit())

    assert ran.code == 4
    assert "Entra answered login_required (AADSTS50058)" in ran.err
    assert "`--prompt none` lets the page ask nothing" in ran.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--prompt", "sometimes"], "Invalid value for '--prompt'"),
        (["--timeout", "0"], "--timeout 0: nobody can wait for so long"),
        (["--timeout", "nan"], "--timeout nan: nobody"),
        (["--timeout", "inf"], "--timeout inf: nobody"),
        (["--admin", "fabrikam.com", "--prompt", "login"], "--admin and --prompt: the one signs"),
        (["--admin", "fabrikam.com", "--domain-hint", "x.y"], "--admin and --domain-hint: the one"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_happens(work, arguments, told):
    ran = work.run("authorize", *arguments)

    assert (ran.code, ran.out) == (64, "")
    assert told in ran.err
