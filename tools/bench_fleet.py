"""What a thousand mailboxes cost: one `provision refresh --all` on the sandbox."""

from collections.abc import Iterator
from dataclasses import replace

from bench_job import MAILBOX, Job

from provision import wiring
from provision.clock import SystemClock

FLEET = 1000


def fleet_rows(job: Job) -> Iterator[tuple[str, str, str]]:
    """Weigh the refresh of one mailbox and of a thousand; the job's owner has signed in."""
    alone = job.provision("refresh", "--all", "--no-progress")
    before = _multiply(job)
    whole = job.provision("refresh", "--all", "--no-progress")
    renewed = _generations(job) - before
    each = (whole.cpu - alone.cpu) / FLEET
    rate = f"{renewed / whole.wall:.0f} a second ({renewed:,} renewed in {whole.wall:.1f} s)"
    yield f"refresh --all, {FLEET + 1:,} mailboxes", "", rate
    yield "  CPU a mailbox, sandbox aside", "", f"{each * 1000:.1f} ms"
    more = whole.megabytes - alone.megabytes
    yield "  memory", "", f"{whole.megabytes:.0f} MB, {more:.0f} MB more than for one"


def _multiply(job: Job) -> int:
    """Let the mailbox that signed in stand for a thousand; return the sum of generations.

    Entra binds a refresh token to its user and client, not to the address it is kept under.
    """
    vault = _vault(job)
    (first,) = vault.find_sign_ins(address=MAILBOX)
    token = vault.refresh_token(first.key)
    if token is None:
        raise LookupError("nobody signed in")
    for number in range(FLEET):
        key = replace(first.key, address=f"forms{number:04}@contoso.com")
        vault.keep_sign_in(replace(first, key=key), token.token)
    return _generations(job)


def _generations(job: Job) -> int:
    ledger = _vault(job).ledger()
    return sum(entry.token.generation for entry in ledger.mailboxes if entry.token)


def _vault(job: Job):  # noqa: ANN202  (a Vault; its port is the library's, not this script's)
    return wiring.vault_of(SystemClock(), job.environ())
