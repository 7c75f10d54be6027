"""`python -m provision.sandbox.visit READY`: signs in wherever the lines it reads link to."""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import parse_qs, urlsplit

from provision.errors import ProvisionError
from provision.sandbox.ready import Ready, read_ready
from provision.sandbox.visitor import Decision, Visitor

_LINK: Final = re.compile(r"https://[^\s\"'<>]+/authorize\?[^\s\"'<>]+")
_ERROR: Final = 400


def visit_links(lines: Iterable[str], ready: Ready, decide: Decision, out: TextIO) -> int:
    """Pass lines on as they come, and play the person whom each sign-in link is for.

    Args:
        lines: What a program says, which may link to the sandbox's sign-in page.
        ready: The sandbox; the link's `login_hint` names one of its users.
        decide: What is answered when consent is asked.
        out: Receives every line, then what became of a visit.

    Returns:
        How many visits ended on a page that says no.
    """
    refused = 0
    for line in lines:
        out.write(line)
        for link in _links_to(ready, line):
            user = (parse_qs(urlsplit(link).query).get("login_hint") or [""])[0]
            try:
                password = ready.password_of(user)
            except KeyError:
                out.write(f"visit: the sandbox has no user {user!r} to sign in as\n")
                refused += 1
                continue
            ended = Visitor(ready.ca_bundle).visit(link, user, password, decide)
            refused += ended.status >= _ERROR
            out.write(f"visit: {user} was there, the last page answered {ended.status}\n")
        out.flush()
    return refused


def _links_to(ready: Ready, line: str) -> Iterator[str]:
    return (link for link in _LINK.findall(line) if link.startswith(f"{ready.authority}/"))


def main() -> int:
    """Read standard input to its end; return 0, or 1 when a visit was refused."""
    parser = argparse.ArgumentParser(prog="provision.sandbox.visit", description=__doc__)
    parser.add_argument("ready", type=Path, metavar="READY", help="the sandbox's ready file")
    parser.add_argument("--decline", action="store_true", help="press Cancel on the consent page")
    chosen = parser.parse_args()
    decide: Decision = "cancel" if chosen.decline else "accept"
    try:
        return int(visit_links(sys.stdin, read_ready(chosen.ready), decide, sys.stdout) > 0)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"visit: {chosen.ready}: not a ready file ({type(error).__name__})\n")
    except ProvisionError as error:
        sys.stderr.write(f"visit: {error.message}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
