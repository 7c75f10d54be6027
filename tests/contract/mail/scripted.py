"""A mail server that follows a script over real TLS: for dialogues that no server here speaks."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from provision.cloud import MailHost, Tls


@dataclass(frozen=True)
class ShakeHands:
    """In a script: say this, then start TLS."""

    answer: bytes


@dataclass(frozen=True)
class Hang:
    """In a script: say nothing until the client is gone."""


Step = tuple[bytes, bytes | ShakeHands | Hang]
"""How the client's next line must begin, and what it gets; `{tag}` is the latest IMAP tag."""


@dataclass
class Heard:
    """What a scripted server received."""

    lines: list[bytes] = field(default_factory=list)


@cache
def certificate() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the server's context and one of a client that trusts it, for localhost alone."""
    chain, authority = certificate_pem()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "chain.pem"
        file.write_text(chain)
        server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=authority)


@cache
def certificate_pem() -> tuple[str, str]:
    """Return a private key with its certificate for localhost, and the certificate by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("::1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return (private + pem).decode(), pem.decode()


@contextmanager
def server(
    *script: Step, greeting: bytes = b"", tls: Tls = "implicit", host: str = "localhost"
) -> Iterator[tuple[MailHost, Heard]]:
    """Serve one connection by a script, and the client's lines to whoever asks."""
    heard = Heard()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        arguments = (listening, greeting, script, tls, heard)
        thread = threading.Thread(target=_serve, args=arguments, daemon=True)
        thread.start()
        yield MailHost(host, listening.getsockname()[1], tls), heard
        thread.join(10)


def _serve(
    listening: socket.socket, greeting: bytes, script: tuple[Step, ...], tls: Tls, heard: Heard
) -> None:
    connection, _ = listening.accept()
    listening.close()
    connection.settimeout(10)
    try:
        if tls == "implicit":
            connection = certificate()[0].wrap_socket(connection, server_side=True)
        _follow(connection, greeting, script, heard)
    except OSError:
        pass  # The client hung up, which is what some tests are about.
    finally:
        connection.close()


def _follow(
    connection: socket.socket, greeting: bytes, script: tuple[Step, ...], heard: Heard
) -> None:
    connection.sendall(greeting)
    reader = connection.makefile("rb")
    tag = b""
    for expected, answer in script:
        line = reader.readline()
        heard.lines.append(line)
        if expected.startswith(b"{tag}"):
            tag = line.split(b" ")[0]
        if not line.startswith(expected.replace(b"{tag}", tag)):
            break
        match answer:
            case bytes():
                connection.sendall(answer.replace(b"{tag}", tag))
            case ShakeHands():
                connection.sendall(answer.answer.replace(b"{tag}", tag))
                connection = certificate()[0].wrap_socket(connection, server_side=True)
                reader = connection.makefile("rb")
            case Hang():
                reader.read()
    reader.close()
    connection.close()
