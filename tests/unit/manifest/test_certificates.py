"""Certificates in a manifest: read from their files, wrong ones refused at their line."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from provision.errors import ManifestInvalid
from provision.manifest.load import load_manifest
from provision.manifest.model import Manifest
from tests.given_certificate import given_certificate, key_pem, pem

TEXT = "tenant: contoso.com\napplication:\n  uniqueName: x\n  certificates:\n"


def loaded(folder: Path, *names: str) -> Manifest:
    path = folder / "provision.yaml"
    path.write_text(TEXT + "".join(f"    - {name}\n" for name in names))
    return load_manifest(path)


@pytest.mark.parametrize(
    "content", [pem(), given_certificate().public_bytes(Encoding.DER)], ids=["pem", "der"]
)
def test_a_certificate_is_read_from_its_file(tmp_path, content):
    (tmp_path / "a.pem").write_bytes(content)

    (found,) = loaded(tmp_path, "a.pem").certificates

    assert (found.subject, f"{found.end_at:%Y-%m-%d}") == ("CN=mail", "2098-12-31")
    assert len(found.thumbprint) == 40


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (pem() + key_pem(), "it holds a private key"),
        (pem() + pem("other"), "it holds several certificates"),
        (b"nothing", "it is no X.509 certificate"),
    ],
)
def test_what_is_no_single_public_certificate_is_refused_at_its_line(tmp_path, content, why):
    (tmp_path / "good.pem").write_bytes(pem("good"))
    (tmp_path / "bad.pem").write_bytes(content)

    with pytest.raises(ManifestInvalid) as refused:
        loaded(tmp_path, "good.pem", "bad.pem")

    (problem,) = refused.value.problems
    assert (problem.line, problem.path) == (6, "application.certificates[1]")
    assert why in problem.message


def test_a_private_key_is_not_repeated(tmp_path):
    (tmp_path / "a.pem").write_bytes(key_pem())

    with pytest.raises(ManifestInvalid) as refused:
        loaded(tmp_path, "a.pem")

    secret = key_pem().decode().splitlines()[1]
    assert secret not in repr(refused.value.problems)


def test_a_file_that_is_not_there_is_a_problem_of_its_line(tmp_path):
    with pytest.raises(ManifestInvalid) as refused:
        loaded(tmp_path, "missing.pem")

    assert "cannot be read" in refused.value.problems[0].message


def test_the_same_certificate_twice_is_refused(tmp_path):
    for name in ("a.pem", "b.pem"):
        (tmp_path / name).write_bytes(pem())

    with pytest.raises(ManifestInvalid) as refused:
        loaded(tmp_path, "a.pem", "b.pem")

    assert "stands there already" in refused.value.problems[0].message


def test_the_digest_follows_the_certificate_and_not_its_path(tmp_path):
    (tmp_path / "a.pem").write_bytes(pem())
    (tmp_path / "b.pem").write_bytes(pem())
    (tmp_path / "c.pem").write_bytes(pem("other"))

    a, b, c = (loaded(tmp_path, name).digest for name in ("a.pem", "b.pem", "c.pem"))

    assert (a == b, a == c) == (True, False)
