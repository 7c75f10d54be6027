"""The whole job at debug level: no secret anywhere but in the vault and the chosen sinks."""

import json
import logging
import re
import traceback
from pathlib import Path

import pytest

import provision
from tests.canary import Canary
from tests.e2e.workplace import OWNER, Pasted, Visit, Workplace

CHATTY = ("asyncio", "azure", "filelock", "httpcore", "httpx", "kiota_abstractions", "msal",
          "msgraph", "provision", "requests", "twisted", "urllib3")  # fmt: skip
SINKS = (
    "mail.env", "mail.json", "aem.txt", "aem.html", "secret.yaml", "taken.json", "step-output",
)  # fmt: skip
ROOT = Path(provision.__file__).parents[1]
HANDOFF = "handoff:\n" + "".join(
    f"  - {{to: {to}, path: {path}}}\n"
    for to, path in zip(("dotenv", "json", "aem-forms"), SINKS[:3], strict=True)
)
MORE = """\
  - {to: aem-forms, path: aem.html}
  - {to: aem-osgi, path: osgi}
  - {to: aem-cloud, path: osgi-cloud}
  - {to: kubernetes, path: secret.yaml, name: forms-mail}
  - to: command
    command: [sh, -c, 'umask 077; tee taken.json >&2']
    read: [sed, -n, 's/.*"clientSecretKeyId": "\\(.*\\)".*/\\1/p', taken.json]
  - to: command
    command: [sh, -c, 'cat >&2; exit 3']
"""


@pytest.fixture
def logged(tmp_path):
    """A file with everything that anybody logs, libraries included."""
    path = tmp_path / "debug.log"
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    loggers = [logging.getLogger(), *map(logging.getLogger, CHATTY)]
    levels = [logger.level for logger in loggers]
    loggers[0].addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield path
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    loggers[0].removeHandler(handler)
    handler.close()


@pytest.fixture
def whole_job(work, levers, key_vault, logged):
    """Everything there is to do and much that goes wrong; returns the tokens it was given."""
    in_vault = f"  - {{to: keyvault, vault: '{key_vault.origin}', prefix: {work.name}}}\n"
    work.environment |= {
        "PROVISION_ALLOW_COMMANDS": "sh sed",
        "GITHUB_OUTPUT": str(work.file("step-output")),
        "TF_BUILD": "True",
    }
    work.file("step-output").touch()
    work.write_manifest(HANDOFF + MORE + in_vault)
    work.use_vault(key_vault)
    # The last command takes the values and fails, loudly.
    loud = ("apply", "--yes", "--through", "handoff", "--send")
    assert work.run(*loud, visit=Visit()).code == 1
    for to in ("github-actions", "azure-devops", "aem-cloud-secrets"):
        assert work.run("handoff", "--to", to, shows_secrets=True).code == 0
    work.done("plan", "--output", "json")
    work.done("apply", "--yes", "--output", "json")
    work.done("refresh", "--output", "json")
    tokens = [
        work.run("token", "-m", OWNER, "--for", purpose, shows_secrets=True).out.strip()
        for purpose in ("imap", "graph")
    ]
    levers.switch(smtpAuthDisabled=True)
    assert work.run("verify", "--output", "json").code == 3
    visit = Visit()
    assert work.run("authorize", "--paste", visit=visit, stdin=Pasted(visit)).code == 0
    assert work.run("authorize", "--paste", stdin="1.A" + "x" * 90).code == 4
    assert work.run("authorize", visit=Visit(user="alex@contoso.com")).code == 4
    assert work.run("handoff", "--with-secrets").code == 1
    levers.revoke(OWNER)
    assert work.run("refresh").code == 4
    assert work.run("status", "--output", "json", "--html", "status.html").code == 4
    assert work.run("status", "--all").code == 4
    return tokens


def known_secrets(work: Workplace, tokens: list[str]) -> dict[str, str]:
    """Return every secret that the tenant, the vault and the sinks know."""
    handed = json.loads(work.file("mail.json").read_text())
    return {
        **work.levers.secrets(),
        **{f"access token {number}": token for number, token in enumerate(tokens)},
        "vault key": work.environment["PROVISION_VAULT_KEY"],
        "handed client secret": handed["clientSecret"],
        "handed refresh token": handed["refreshToken"],
    }


def test_no_secret_is_logged_printed_raised_or_left_in_a_file(work, levers, logged, whole_job):
    secrets = known_secrets(work, whole_job)
    printed = "".join(run.out + run.err for run in work.runs if not run.shows_secrets)
    links = re.findall(r"https://\S+/authorize\?\S+", printed)
    of_the_links = {
        f"{name} of link {number}": value
        for number, link in enumerate(links)
        for name, value in re.findall(r"(state|nonce)=([\w-]+)", link)
    }
    left = {
        str(path): path.read_bytes()
        for path in work.folder.rglob("*")
        if path.is_file() and path.name not in SINKS and path != logged
    }
    texts = {"output": printed.encode(), "exceptions": raised_by(work).encode(), **left}
    canary = Canary(secrets, levers.code_challenges())

    assert canary.leaks(texts) == []
    assert canary.leaks({"log": logged.read_bytes()}) == []
    # A sign-in link is for a person to see, and for no log.
    assert len(of_the_links) >= 6
    assert Canary(of_the_links).leaks({"log": logged.read_bytes()}) == []


def test_the_key_vault_has_what_the_canary_looks_for(work, whole_job, key_vault):
    handed = json.loads(work.file("mail.json").read_text())
    secret = key_vault.latest(f"{work.name}-client-secret")

    assert secret["value"] == handed["clientSecret"]
    assert secret["tags"]["keyId"] == handed["clientSecretKeyId"]
    assert key_vault.latest(f"{work.name}-refresh-token")["value"] == handed["refreshToken"]


def test_the_log_that_is_searched_holds_what_libraries_say(logged, whole_job):
    text = logged.read_text()

    for name in ("provision.oauth.token_endpoint", "httpx", "httpcore", "msal", "urllib3"):
        assert f" {name}" in text


def test_the_sinks_hold_what_the_canary_looks_for(work, levers, whole_job):
    canary = Canary(known_secrets(work, whole_job))

    found = canary.leaks({name: work.file(name).read_bytes() for name in SINKS})

    assert {leak.where for leak in found} == set(SINKS)


def test_no_cassette_holds_a_token():
    cassettes = {str(p): p.read_bytes() for p in (ROOT / "cassettes").rglob("*") if p.is_file()}

    assert len(cassettes) > 10
    assert Canary({}).leaks(cassettes) == []


def raised_by(work: Workplace) -> str:
    """Return what a script sees that lets errors through: messages, reprs, whole tracebacks."""
    with (
        work.settings(),
        provision.connect(work.file("provision.yaml")) as session,
        pytest.raises(provision.ProvisionError) as caught,
    ):
        session.refresh(session.mailboxes()[0])
    error = caught.value
    chain = "".join(traceback.format_exception(error))
    return f"{error!r} {error} {error.hint} {error.evidence} {chain}"
