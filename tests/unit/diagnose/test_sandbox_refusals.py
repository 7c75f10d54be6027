"""Whatever the sandbox refuses has an entry of its own in the catalogue, not just its class."""

import pytest

from provision.diagnose.pasted import explain_text
from tests.architecture.sources import plant
from tests.unit.diagnose.sandbox_refusals import (
    NOW,
    SANDBOX,
    Said,
    entra_refusals,
    exchange_said,
    exchange_tables,
    graph_faults,
    graph_said,
)

IN_GRAPH, UNREAD_GRAPH = graph_said(SANDBOX / "graph")
IN_EXCHANGE, UNREAD_EXCHANGE = exchange_said(SANDBOX / "exchange")
PASSES_ON = {
    *("refusals.py: bad_request", "refusals.py: unsupported_query"),
    *("refusals.py: unauthenticated", "refusals.py: already_exists"),
    "imap.py: _say_whether",
}
"""They hand on what their callers say; the callers are read."""
FROM_TABLES = {
    "fault_answers.py: for_fault": "graph_faults",
    "smtp.py: _refuse": "the Denied of login_refusals.py",
    "smtp.py: do_MAIL": "TOO_LARGE of submission.py",
    "smtp.py: _messageHandled": "the Denied of submission.py and submission_limits.py",
}
"""What they say stands elsewhere, where it is read."""


def degraded(refusals: list[Said]) -> list[str]:
    """Return the refusals for which there is no entry of their own."""
    return [f"{said.at}: {said.text}" for said in refusals if not is_explained(said.text)]


def is_explained(text: str) -> bool:
    findings = [f for f in explain_text(text, NOW).findings if f.service != "credential"]
    return bool(findings) and all(finding.is_known for finding in findings)


@pytest.mark.parametrize("said", list(entra_refusals()), ids=str)
def test_a_refusal_of_entra_has_its_entry(said):
    found = explain_text(said.text, NOW).findings

    assert [f.service for f in found] == ["entra"]
    assert f"{found[0].what}:" in said.text
    assert found[0].is_known


def test_every_refusal_of_graph_has_its_entry():
    assert len(IN_GRAPH) > 80
    assert degraded(IN_GRAPH) == []


def test_every_fault_of_graph_has_its_entry():
    faults = list(graph_faults())
    assert len(faults) >= 8
    assert degraded(faults) == []


def test_every_reply_of_the_mail_servers_has_its_entry():
    replies = [*IN_EXCHANGE, *exchange_tables()]
    assert len(replies) > 50
    assert degraded(replies) == []


def test_no_refusal_is_overlooked_since_its_words_cannot_be_read():
    assert {*UNREAD_GRAPH, *UNREAD_EXCHANGE} == PASSES_ON | FROM_TABLES.keys()


def test_an_unknown_refusal_of_graph_is_seen(tmp_path):
    plant(tmp_path, "novel.py", "raise GraphRefusal(400, 'Novel_Refusal', f'{name} is too new.')\n")

    assert degraded(graph_said(tmp_path)[0]) != []


def test_an_unknown_reply_of_a_mail_server_is_seen(tmp_path):
    plant(tmp_path, "a.py", "self.sendCode(571, b'5.9.99 Not on a Sunday')\n")
    plant(tmp_path, "b.py", "self.sendNegativeResponse(tag, b'SELECT is out of fashion.')\n")
    plant(tmp_path, "c.py", "self.failResponse(b'Bored.')\n")

    assert len(degraded(exchange_said(tmp_path)[0])) == 3


def test_an_unknown_number_of_entra_is_seen():
    text = (
        '{"error":"invalid_grant","error_description":"AADSTS71234567: x","error_codes":[71234567]}'
    )

    assert degraded([Said("planted", text)]) != []


def test_a_refusal_whose_words_cannot_be_read_is_seen(tmp_path):
    plant(tmp_path, "a.py", "def f(words):\n    raise bad_request(words)\n")
    plant(tmp_path, "b.py", "def g(self, words):\n    self.sendCode(550, words)\n")

    assert graph_said(tmp_path)[1] == ["a.py: f"]
    assert exchange_said(tmp_path)[1] == ["b.py: g"]
