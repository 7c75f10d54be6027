"""Certificates as they are typed: files in the manifest, key credentials in the tenant."""

from tests.e2e.workplace import Workplace
from tests.given_certificate import key_pem, pem


def declare(work: Workplace, *names: str) -> None:
    for name in names:
        work.file(f"{name}.pem").write_bytes(pem(name))
    files = ", ".join(f"{name}.pem" for name in names)
    work.write_manifest(application=f"  secret: none\n  certificates: [{files}]\n")


def held(work: Workplace) -> list[str]:
    shown = work.levers.application(work.name)["keyCredentials"]
    return sorted(key["displayName"] for key in shown)


def test_a_certificate_is_added_and_then_there_is_nothing_to_do(work):
    declare(work, "first")

    work.done("apply", "--yes")

    assert held(work) == ["CN=first"]
    assert work.run("plan", "--detailed-exitcode").code == 0


def test_one_that_the_manifest_no_longer_names_is_kept_and_told(work):
    declare(work, "first")
    work.done("apply", "--yes")
    declare(work, "second")

    work.done("apply", "--yes")

    assert held(work) == ["CN=first", "CN=second"]
    assert "CN=first" in work.done("plan").out


def test_a_file_with_a_private_key_stops_everything(work):
    declare(work, "first")
    work.file("first.pem").write_bytes(pem() + key_pem())
    work.levers.forget_requests()

    ran = work.run("apply", "--yes")

    assert (ran.code, work.levers.graph_requests()) == (64, [])
    assert "it holds a private key" in ran.err
