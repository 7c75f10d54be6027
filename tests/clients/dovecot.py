"""Dovecot, which nobody here wrote, as a judge of tokens: its servers on ports of their own."""

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from tests.clients.processes import end_process, free_ports
from tests.clients.smtp_sink import relaying
from tests.contract.mail.scripted import certificate_pem

DOVECOT_PACKAGES: Final = (
    "apt-get install dovecot-imapd dovecot-pop3d dovecot-submissiond dovecot-lmtpd"
)
_PATIENCE: Final = 20.0
_POLL: Final = 0.02

# TLS for whoever starts it, and a login without it from this machine; without root, so nothing is
# chrooted.
_SERVERS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
auth_verbose = yes
protocols = imap pop3 submission lmtp
listen = 127.0.0.1
hostname = localhost
ssl = yes
ssl_cert = <{folder}/tls.pem
ssl_key = <{folder}/tls.pem
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
auth_mechanisms = xoauth2
auth_failure_delay = 0
auth_username_format = %Lu
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/tokens.conf
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u allow_all_users=yes
}}
# Whoever was refused would wait for seconds, and every login here comes from one address.
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service submission-login {{
  chroot =
  inet_listener submission {{
    port = {submission}
  }}
  inet_listener submissions {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""
_TOKENS = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
issuers = https://sts.windows.net/{tenant}/
audience = https://outlook.office.com
username_attribute = upn
username_format = %Lu
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """Servers that run."""

    imap: int
    pop: int
    submission: int
    version: str
    log: Path


@contextmanager
def running_dovecot(
    program: Path, tenant_id: str, jwks: Mapping[str, list[dict[str, Any]]]
) -> Iterator[Dovecot]:
    """Run Dovecot's servers, which know a tenant's issuer and its public keys.

    They run as the caller, or as `nobody` where the caller is root.

    Args:
        program: Where `dovecot` is.
        tenant_id: Whose work tokens are good.
        jwks: As the login server publishes it.
    """
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        imap, pop, submission, lmtp = free_ports(4)
        ports = {"imap": imap, "pop": pop, "submission": submission, "lmtp": lmtp}
        ports["relay"] = stack.enter_context(relaying(lmtp))
        who = {"folder": folder, "user": user.pw_name, "group": _group_name(user)}
        (folder / "dovecot.conf").write_text(_SERVERS.format(**who, **ports))
        (folder / "tls.pem").write_text(certificate_pem()[0])
        (folder / "tokens.conf").write_text(_TOKENS.format(folder=folder, tenant=tenant_id))
        _write_keys(folder / "keys" / "default" / "RS256", jwks)
        for name in ("run", "state", "mail"):
            (folder / name).mkdir()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
        child = subprocess.Popen(
            [program, "-F", "-c", folder / "dovecot.conf"],
            stdin=subprocess.DEVNULL, user=user.pw_uid, group=user.pw_gid, extra_groups=[],
        )  # fmt: skip
        stack.callback(end_process, child)
        _wait_until_listening(child, folder / "log", (imap, pop, submission, lmtp))
        yield Dovecot(imap, pop, submission, _version(program), folder / "log")


def _group_name(user: pwd.struct_passwd) -> str:
    import grp  # noqa: PLC0415  (only here)

    return grp.getgrgid(user.pw_gid).gr_name


def _write_keys(folder: Path, jwks: Mapping[str, list[dict[str, Any]]]) -> None:
    folder.mkdir(parents=True)
    for key in jwks["keys"]:
        public = RSAAlgorithm.from_jwk(json.dumps(key))
        assert isinstance(public, RSAPublicKey)
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / key["kid"]).write_bytes(pem)


def _wait_until_listening(
    child: "subprocess.Popen[bytes]", log: Path, ports: tuple[int, ...]
) -> None:
    deadline = time.monotonic() + _PATIENCE
    for port in ports:
        while not _answers(port):
            said = log.read_text() if log.exists() else ""
            assert child.poll() is None, f"dovecot ended: {said}"
            assert time.monotonic() < deadline, f"dovecot does not listen on {port}: {said}"
            time.sleep(_POLL)  # noqa: TID251  (a program that is not ours starts on real time)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _version(program: Path) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[0]
