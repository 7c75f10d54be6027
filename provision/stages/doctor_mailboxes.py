"""Log in to the manifest's mailboxes, a few side by side, and say why one stays closed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from shlex import quote
from typing import Final

from provision.errors import ProvisionError
from provision.mail.verdict import Verdict
from provision.manifest.model import Manifest
from provision.plan.findings import Finding, failed
from provision.stages.services import Services
from provision.stages.vault_keys import mailbox_key
from provision.stages.verify import Verified, VerifyWish, verify_mailbox
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration

AT_ONCE: Final = 4
MOST: Final = 20
"""Mailboxes that a doctor looks into; `verify` looks into all of them."""


def look_into(
    manifest: Manifest, registration: Registration, services: Services
) -> tuple[Finding, ...]:
    """Return what every login says; sends nothing, and one mailbox's trouble hides no other."""
    chosen = manifest.mailboxes[:MOST]
    if not chosen:
        return ()

    def look(mailbox: Mailbox) -> list[Finding]:
        if services.vault.sign_in(mailbox_key(registration, mailbox.address)) is None:
            then = f"provision authorize --mailbox {quote(mailbox.address)}"
            return [
                Finding(
                    "warning", f"{mailbox.address}: {mailbox.sign_in_as} has not signed in", then
                )
            ]
        try:
            found = verify_mailbox(mailbox, registration, services, VerifyWish())
        except ProvisionError as error:
            return [failed(error)]
        return list(_findings(found))

    with ThreadPoolExecutor(min(AT_ONCE, len(chosen))) as pool:
        findings = tuple(chain.from_iterable(pool.map(look, chosen)))
    left = len(manifest.mailboxes) - len(chosen)
    more = Finding("unknown", f"{left} more mailboxes were left alone", "provision verify")
    return (*findings, more) if left else findings


def _findings(found: Verified) -> Iterator[Finding]:
    for verdict in found.verdicts:
        where = f"{verdict.protocol.upper()} of {verdict.address}"
        if verdict.is_ok:
            yield Finding("good", f"{where} opens for {verdict.user}: {verdict.proved}")
        else:
            yield _closed(where, verdict)
    yield from (Finding("warning", risk) for risk in found.risks)


def _closed(where: str, verdict: Verdict) -> Finding:
    """Return what is known of a login that failed: a cause, else the server's words."""
    cause, advice = verdict.cause, verdict.advice
    said = " / ".join(verdict.said) or verdict.outcome.replace("_", " ")
    if cause is not None:
        then = "; then ".join(cause.next).replace("MAILBOX", verdict.address)
        return Finding("bad", f"{where}: {cause.text.rstrip('.')} ({said})", then)
    meaning = said if advice is None else f"{advice.meaning.rstrip('.')} ({said})"
    return Finding("bad", f"{where}: {meaning}", verdict.command)
