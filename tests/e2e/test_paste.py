"""`authorize --paste`: a person copies the answer, and is understood however they copied it."""

from urllib.parse import quote, urlsplit

import pytest

from tests.e2e.workplace import OWNER, Pasted, Visit

PERSON = "forms.person@outlook.com"


def code_of(url: str) -> str:
    """Return the code in an address, still percent-encoded."""
    return next(p[5:] for p in urlsplit(url).query.split("&") if p.startswith("code="))


@pytest.mark.parametrize(
    "copied",
    [
        pytest.param(str, id="whole-url"),
        pytest.param(lambda url: urlsplit(url).query, id="bare-query"),
        pytest.param(lambda url: f"  \u201c{url}\u201d,", id="curly-quotes"),
        pytest.param(lambda url: f"<{url}>", id="angle-brackets"),
        pytest.param(lambda url: url.replace("&", "&amp;"), id="html"),
        pytest.param(code_of, id="bare-code"),
        pytest.param(lambda url: quote(code_of(url), safe=""), id="percent-encoded-code"),
    ],
)
def test_paste_takes_whatever_a_person_copies(work, copied):
    work.applied()
    visit = Visit()

    ran = work.run("authorize", "--paste", visit=visit, stdin=Pasted(visit, copied))

    assert (ran.code, ran.out) == (0, f"{OWNER}: signed in, refresh token held\n")


def test_paste_takes_a_personal_accounts_code(work):
    work.write_manifest(mailboxes=f"[{{address: {PERSON}, authority: consumers}}]")
    work.applied()
    visit = Visit(user=PERSON)

    ran = work.run("authorize", "--paste", visit=visit, stdin=Pasted(visit))

    assert ran.code == 0


def test_an_answer_with_another_state_is_refused(work):
    work.applied()
    visit = Visit()
    other = Pasted(visit, lambda url: url.replace("state=", "state=x"))

    ran = work.run("authorize", "--paste", visit=visit, stdin=other)

    assert ran.code == 64
    assert "what was pasted answers no sign-in that waits here" in ran.err


def test_a_code_works_once(work):
    work.applied()
    visit = Visit()
    stdin = Pasted(visit)
    assert work.run("authorize", "--paste", visit=visit, stdin=stdin).code == 0

    ran = work.run("authorize", "--paste", stdin=code_of(stdin.copied))

    assert ran.code == 4
    assert "AADSTS" in ran.err
    assert "correlation-id: " in ran.err


def test_whoever_signed_in_is_told_although_a_later_mailbox_ends_the_command(work):
    work.write_manifest(mailboxes=f"[{{address: {OWNER}}}, {{address: alex@contoso.com}}]")
    work.applied()
    visit = Visit()
    spoilt = iter(("", "no answer "))
    stdin = Pasted(visit, lambda url: next(spoilt) or url)

    ran = work.run("authorize", "--paste", visit=visit, stdin=stdin)

    assert ran.code == 64
    assert ran.out == f"{OWNER}: signed in, refresh token held\n"
