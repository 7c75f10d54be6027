"""IMAP's SEARCH on one message."""

import pytest

from provision.sandbox.exchange.search import Candidate, Query, QueryInvalid, compile_query
from provision.sandbox.exchange.store import StoredMessage
from tests.unit.sandbox_exchange.conftest import NOW

CONTENT = (
    b"From: Alex <alex@contoso.com>\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Date: Sat, 28 Feb 2026 23:00:00 -0500\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
    b"\r\n"
    b"aGVsbG8gd29ybGQ=\r\n"
)
CANDIDATE = Candidate(
    sequence=2,
    message=StoredMessage(7, CONTENT, NOW.timestamp(), {"\\Seen", "Work"}),
    last_sequence=3,
    last_uid=9,
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ([b"ALL"], True),
        ([], True),
        ([b"SEEN"], True),
        ([b"unseen"], False),
        ([b"UNFLAGGED"], True),
        ([b"NEW"], False),
        ([b"OLD"], True),
        ([b"RECENT"], False),
        ([b"KEYWORD", b"Work"], True),
        ([b"UNKEYWORD", b"Work"], False),
        ([b"FROM", b"ALEX"], True),
        ([b"TO", b"alex"], False),
        ([b"SUBJECT", "grüße".encode()], True),
        ([b"HEADER", b"X-None", b""], False),
        ([b"HEADER", b"From", b""], True),
        ([b"BODY", b"Hello"], True),
        ([b"BODY", b"alex"], False),
        ([b"TEXT", b"alex"], True),
        ([b"ON", b"1-Mar-2026"], True),
        ([b"SINCE", b"2-Mar-2026"], False),
        ([b"BEFORE", b" 2-Mar-2026"], True),
        ([b"SENTON", b"28-Feb-2026"], True),
        ([b"SENTSINCE", b"1-Mar-2026"], False),
        ([b"LARGER", b"10"], True),
        ([b"SMALLER", b"10"], False),
        ([b"2"], True),
        ([b"3:*"], False),
        ([b"*:2"], True),
        ([b"1,3"], False),
        ([b"UID", b"6:8"], True),
        ([b"UID", b"*"], False),
        ([b"NOT", b"SEEN"], False),
        ([b"OR", b"UNSEEN", [b"FROM", b"alex", b"SEEN"]], True),
        ([b"SEEN", b"UNSEEN"], False),
    ],
)
def test_judges_a_message(query: Query, expected: bool) -> None:
    assert compile_query(query)(CANDIDATE) is expected


def test_finds_no_date_where_none_was_written() -> None:
    undated = Candidate(1, StoredMessage(1, b"Subject: x\r\n\r\n", 0.0), 1, 1)
    assert not compile_query([b"SENTBEFORE", b"1-Jan-2030"])(undated)


@pytest.mark.parametrize(
    "query",
    [
        [b"COLOUR", b"blue"],
        [b"FROM"],
        [b"OR", b"SEEN"],
        [b"SINCE", b"yesterday"],
        [b"SINCE", b"1-Foo-2026"],
        [b"LARGER", b"big"],
        [b"FROM", [b"a"]],
    ],
)
def test_refuses_a_query_that_makes_no_sense(query: Query) -> None:
    with pytest.raises(QueryInvalid):
        compile_query(query)(CANDIDATE)
