"""A Secret of Kubernetes, judged by the models of Kubernetes' own Python client."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.client import ApiClient, V1Secret

from provision.errors import SinkFailed
from provision.handoff.destinations import FilePlace
from provision.handoff.kubernetes import KubernetesSink, SecretName
from tests.unit.handoff.values import MemoryPlace, make_handover, mode_of

CALLED = SecretName("forms-mail", "aem")
END = datetime(2027, 5, 1, tzinfo=UTC)


def secret_of(text: str | None) -> Any:
    """Return a manifest as Kubernetes' own client reads it: a V1Secret."""
    raw = json.dumps(yaml.safe_load(text or ""))
    return ApiClient().deserialize(raw, "V1Secret", "application/json")


def test_kubernetes_reads_a_whole_opaque_secret() -> None:
    place = MemoryPlace()
    KubernetesSink(place, CALLED).keep(make_handover(end_at=END))

    secret = secret_of(place.text)

    assert type(secret).__name__ == V1Secret.__name__
    assert (secret.api_version, secret.kind, secret.type) == ("v1", "Secret", "Opaque")
    assert (secret.metadata.name, secret.metadata.namespace) == ("forms-mail", "aem")
    assert secret.metadata.labels == {"app.kubernetes.io/managed-by": "provision"}
    assert secret.metadata.annotations == {
        "provision/unique-name": "aem-forms-mail",
        "provision/mailbox": "forms@contoso.com",
        "provision/client-secret-key-id": "key-1",
        "provision/client-secret-expires-at": "2027-05-01T00:00:00Z",
    }
    assert {k: b64decode(v).decode() for k, v in secret.data.items()} == {
        "MAIL_OAUTH_CLIENT_ID": "c-1",
        "MAIL_OAUTH_CLIENT_SECRET": "s3~cr.et_",
        "MAIL_OAUTH_CLIENT_SECRET_KEY_ID": "key-1",
        "MAIL_OAUTH_TENANT_ID": "t-1",
        "MAIL_OAUTH_AUTHORITY": "https://login.microsoftonline.com/common",
        "MAIL_OAUTH_REFRESH_TOKEN": "1.AXrefresh",
        "MAIL_OAUTH_REFRESH_TOKEN_ISSUED_AT": "2026-01-31T09:30:00Z",
    }


def test_nothing_is_written_that_kubernetes_would_drop() -> None:
    place = MemoryPlace()
    KubernetesSink(place, CALLED).keep(make_handover(end_at=END))

    client: Any = ApiClient()
    again = client.sanitize_for_serialization(secret_of(place.text))

    assert again == yaml.safe_load(place.text or "")


def test_without_a_namespace_whoever_applies_it_decides() -> None:
    place = MemoryPlace()
    KubernetesSink(place, SecretName("forms-mail", None)).keep(make_handover())

    assert secret_of(place.text).metadata.namespace is None


def test_the_key_id_is_read_back(tmp_path: Path) -> None:
    sink = KubernetesSink(FilePlace("s.yaml", tmp_path / "s.yaml"), CALLED)
    sink.prepare()
    before = sink.held_key_id()
    sink.keep(make_handover())

    assert (before, sink.held_key_id(), sink.holder) == (None, "key-1", "kubernetes s.yaml")
    assert mode_of(tmp_path / "s.yaml") == 0o600


def test_a_part_that_is_new_is_completed_by_what_is_there() -> None:
    place = MemoryPlace()
    sink = KubernetesSink(place, CALLED)
    sink.keep(make_handover())
    sink.keep(make_handover(secret="another", key_id="key-2", token=None))

    data = secret_of(place.text).data

    assert b64decode(data["MAIL_OAUTH_CLIENT_SECRET"]) == b"another"
    assert b64decode(data["MAIL_OAUTH_REFRESH_TOKEN"]) == b"1.AXrefresh"


@pytest.mark.parametrize(
    "text",
    [
        "kind: ConfigMap\nmetadata: {labels: {app.kubernetes.io/managed-by: provision}}\n",
        "kind: Secret\nmetadata: {labels: {app.kubernetes.io/managed-by: helm}}\n",
        "kind: Secret\nmetadata: {name: x}\n",
        "- a list\n",
        "{",
        (
            "kind: Secret\nmetadata: {labels: {app.kubernetes.io/managed-by: provision}}\n"
            "data: {MAIL_OAUTH_CLIENT_SECRET: 'no base64!'}\n"
        ),
    ],
)
def test_a_file_of_somebody_elses_is_not_replaced(text: str) -> None:
    place = MemoryPlace(text)
    sink = KubernetesSink(place, CALLED)

    with pytest.raises(SinkFailed, match="holds something else"):
        sink.prepare()
    with pytest.raises(SinkFailed, match="holds something else"):
        sink.keep(make_handover())

    assert place.text == text


def test_standard_output_holds_nothing() -> None:
    sink = KubernetesSink(MemoryPlace(is_kept=False), CALLED)

    assert sink.holds_secrets is False


def test_an_application_that_is_no_more_leaves_no_file() -> None:
    place = MemoryPlace()
    sink = KubernetesSink(place, CALLED)
    sink.keep(make_handover())

    assert (sink.clear("c-2"), sink.clear("c-1"), place.text) == (False, True, None)


def test_a_file_system_that_takes_nothing_is_found_out_beforehand() -> None:
    sink = KubernetesSink(FilePlace("s.yaml", Path("/proc/s.yaml")), CALLED)

    with pytest.raises(SinkFailed, match=r"cannot be written|does not exist"):
        sink.prepare()
