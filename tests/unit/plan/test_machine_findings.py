"""What connections from a machine say about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from provision.diagnose.reach import Reach, Step
from provision.plan.findings import Finding
from provision.plan.machine_findings import Machine, machine_findings

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
LOGIN = Reach(
    "login", "login.microsoftonline.com", 443, None,
    tls="TLSv1.3", issuer="DigiCert Inc", their_time=NOW,
)  # fmt: skip
SMTP = Reach("SMTP", "smtp.office365.com", 587, None, tls="TLSv1.2", issuer="DigiCert Inc")


def found(*reaches: Reach, proxies: dict[str, str] | None = None) -> list[Finding]:
    return list(machine_findings(Machine(reaches, proxies or {}, NOW, is_sandbox=False)))


def test_says_that_all_is_well():
    assert [finding.mark for finding in found(LOGIN, SMTP)] == ["good"] * 3


@pytest.mark.parametrize(
    ("seconds", "mark", "said"),
    [
        (0, "good", "agrees"),
        (59, "good", "agrees"),
        (61, "warning", "61 s ahead of"),
        (-61, "warning", "61 s behind"),
        (299, "warning", "299 s ahead of"),
        (300, "bad", "300 s ahead of"),
        (-4000, "bad", "4000 s behind"),
    ],
)
def test_measures_the_clock(seconds, mark, said):
    clock = found(replace(LOGIN, their_time=NOW - timedelta(seconds=seconds)))[0]

    assert clock.mark == mark
    assert said in clock.text


def test_a_slow_answer_does_not_make_the_clock_wrong():
    slow = replace(LOGIN, their_time=NOW - timedelta(seconds=90))

    assert found(slow, replace(LOGIN, what="Graph"))[0].mark == "good"


def test_does_not_know_the_time_where_nobody_told_it():
    assert found(SMTP)[0].mark == "unknown"


@pytest.mark.parametrize(
    ("step", "said", "then"),
    [
        ("name", "does not resolve", "getent hosts smtp.office365.com"),
        ("connection", "cannot be reached", "open the firewall for smtp.office365.com:587"),
        ("tls", "does not prove who it is", "SSL_CERT_FILE"),
        ("answer", "says nothing", "a firewall that cuts"),
    ],
)
def test_names_the_step_that_fails_and_what_to_do(step: Step, said, then):
    finding = found(replace(SMTP, failed_at=step, said="no answer in time"))[-1]

    assert finding.mark == "bad"
    assert finding.text.startswith("SMTP smtp.office365.com:587 ")
    assert said in finding.text
    assert finding.text.endswith("(no answer in time)")
    assert then in finding.then


def test_notices_who_reads_along():
    finding = found(replace(LOGIN, issuer="Contoso Inspection CA"))[-1]

    assert finding.mark == "warning"
    assert "Contoso Inspection CA: a proxy reads along" in finding.text


def test_takes_no_offence_at_a_sandboxs_own_authority():
    own = replace(LOGIN, issuer="provision sandbox authority")
    findings = list(machine_findings(Machine((own,), {}, NOW, is_sandbox=True)))

    assert findings[-1].mark == "good"


def test_old_tls_is_somebody_in_between():
    assert found(replace(SMTP, tls="TLSv1.1"))[-1].mark == "bad"


def test_tells_the_proxy_without_who_signs_in_to_it():
    findings = found(LOGIN, proxies={"HTTPS_PROXY": "proxy.contoso.com:3128"})

    assert findings[1].text.startswith("HTTPS_PROXY is proxy.contoso.com:3128:")
