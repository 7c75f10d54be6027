"""What the connections from this machine say: clock, names, firewall, proxy, TLS; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from provision.diagnose.reach import Reach
from provision.plan.findings import Finding

SKEW: Final = timedelta(minutes=5)
"""From here on tokens and assertions are refused as not yet or no longer valid (AADSTS50012,
700024); a minute already shortens every token.
"""
_NOTICED: Final = timedelta(minutes=1)
_OLD_TLS: Final = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
_USUAL: Final = ("Microsoft", "DigiCert")
"""Who issues the certificates of Microsoft's hosts."""
_THEN: Final = {
    "name": "ask whoever runs the DNS here to resolve it: getent hosts {host}",
    "connection": "open the firewall for {host}:{port} (TCP, outbound)",
    "tls": "a proxy that inspects TLS needs its CA here: point SSL_CERT_FILE to it",
    "answer": "look at what stands in between: a firewall that cuts, or a proxy that does not know "
    "the protocol",
}
_FAILED: Final = {
    "name": "does not resolve",
    "connection": "cannot be reached",
    "tls": "does not prove who it is",
    "answer": "takes the connection and says nothing",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What was seen from here."""

    reaches: Sequence[Reach]
    proxies: Mapping[str, str]
    """By setting, `https_proxy`: host and port, never who signs in there."""
    now: datetime
    """By this machine's clock, when the answers came."""
    is_sandbox: bool
    """Whether the cloud lies on this machine: then nobody's issuer is Microsoft's."""


def machine_findings(machine: Machine) -> Iterator[Finding]:
    """Say whether this machine can do what the rest needs."""
    yield from _clock(machine)
    for name, where in sorted(machine.proxies.items()):
        text = f"{name} is {where}: login and Graph go through it, mail never does"
        yield Finding("good", text)
    for reach in machine.reaches:
        yield _reached(reach, machine)


def _clock(machine: Machine) -> Iterator[Finding]:
    times = [reach.their_time for reach in machine.reaches if reach.their_time is not None]
    if not times:
        yield Finding("unknown", "whether this clock is right: nobody told another time")
        return
    skew = min((machine.now - theirs for theirs in times), key=abs)
    seconds = round(abs(skew).total_seconds())
    word = "ahead of" if skew > timedelta() else "behind"
    if abs(skew) < _NOTICED:
        yield Finding("good", "the clock agrees with Microsoft's")
        return
    text = f"the clock is {seconds} s {word} Microsoft's"
    yield Finding("bad" if abs(skew) >= SKEW else "warning", text, "sudo timedatectl set-ntp true")


def _reached(reach: Reach, machine: Machine) -> Finding:
    where = f"{reach.what} {reach.host}:{reach.port}"
    if reach.failed_at is not None:
        then = _THEN[reach.failed_at].format(host=reach.host, port=reach.port)
        said = f" ({reach.said})" if reach.said else ""
        return Finding("bad", f"{where} {_FAILED[reach.failed_at]}{said}", then)
    if reach.tls in _OLD_TLS:
        text = f"{where} answers over {reach.tls}, which Microsoft does not offer"
        return Finding("bad", text, "something in between ends TLS: have this host left alone")
    seen = f"{reach.tls}, certificate by {reach.issuer or 'nobody named'}"
    is_usual = machine.is_sandbox or any(name in reach.issuer for name in _USUAL)
    if reach.issuer and not is_usual:
        text = f"{where}: {seen}: a proxy reads along"
        return Finding("warning", text, "have this host left out of TLS inspection")
    return Finding("good", f"{where} answers ({seen})")
