"""The manifest that init writes, the schema that editors read, and what check remarks."""

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.manifest.advice import warnings
from provision.manifest.load import read_manifest
from provision.manifest.schema import json_schema
from provision.manifest.template import make_template
from tests.unit.manifest.reading import MINIMAL, application, mailboxes, problems_of

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "manifest.md"
PLAIN = string.ascii_letters + string.digits
NAMES = st.text(alphabet=PLAIN + "._-", min_size=1, max_size=64)
LABELS = st.text(alphabet=PLAIN, min_size=1, max_size=20)
DOMAINS = st.builds(lambda label: f"{label}.example", LABELS)
ADDRESSES = st.builds(lambda a, b: f"{a}@{b}", LABELS, DOMAINS)
KEYS = tuple(re.findall(r"^\s*(?:- )?(\w+):", make_template(mailbox="a@b.com"), re.MULTILINE))


@given(tenant=DOMAINS, unique_name=NAMES, mailbox=st.none() | ADDRESSES)
def test_every_template_is_valid_and_says_what_it_was_given(tenant, unique_name, mailbox):
    text = make_template(tenant=tenant, unique_name=unique_name, mailbox=mailbox)
    manifest = read_manifest(text, "provision.yaml")
    assert manifest.tenant == tenant
    assert manifest.application.unique_name == unique_name
    assert [m.address for m in manifest.mailboxes] == [m for m in [mailbox] if m]


def test_the_template_shows_the_defaults():
    written = make_template(tenant="contoso.onmicrosoft.com", unique_name="aem-forms-mail")
    assert read_manifest(written, "a") == read_manifest(MINIMAL, "b")


@given(data=st.data())
def test_a_changed_key_is_a_problem_with_a_line(data):
    text = make_template(mailbox="a@b.com")
    key = data.draw(st.sampled_from(KEYS))
    position = data.draw(st.integers(0, len(key)))
    letter = data.draw(st.sampled_from("xyzXYZ_1-"))
    changed = re.sub(
        rf"^(\s*(?:- )?){key}:",
        lambda m: f"{m[1]}{key[:position]}{letter}{key[position:]}:",
        text,
        count=1,
        flags=re.MULTILINE,
    )
    found = problems_of(changed)
    assert found
    assert all(problem.line > 0 for problem in found)


@given(st.text(max_size=200))
def test_no_text_at_all_causes_a_traceback(text):
    problems_of(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(PLAIN + ".@:/ ", max_size=12),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_no_tree_at_all_causes_a_traceback(tree):
    import yaml  # noqa: PLC0415  (only this test writes YAML)

    found = problems_of(yaml.safe_dump(tree))
    assert list(found) == sorted(found, key=lambda p: (p.line, p.path))


def test_the_schema_names_its_draft_and_itself():
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"]
    assert schema["required"] == ["tenant", "application"]


def test_the_schema_describes_every_key():
    schema = json_schema()
    sections = [schema, *schema["$defs"].values()]
    silent = [
        name
        for section in sections
        for name, key in section["properties"].items()
        if not key.get("description")
    ]
    assert silent == []


def test_the_reference_page_names_every_key():
    schema = json_schema()
    sections = [schema, *schema["$defs"].values()]
    keys = {name for section in sections for name in section["properties"]}
    page = PAGE.read_text(encoding="utf-8")
    assert sorted(key for key in keys if f"`{key}`" not in page) == []


def test_the_reference_pages_example_is_a_manifest():
    example = PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    assert problems_of(example) == ()


def test_the_schema_writes_periods_as_a_manifest_does():
    secret = json_schema()["$defs"]["SecretSection"]["properties"]
    assert (secret["lifetime"]["default"], secret["rotateBefore"]["default"]) == ("180d", "30d")


def test_the_schemas_patterns_accept_the_template():
    schema = json_schema()
    unique_name = schema["$defs"]["ApplicationSection"]["properties"]["uniqueName"]["pattern"]
    assert re.search(unique_name, "aem-forms-mail")
    assert re.search(schema["properties"]["tenant"]["pattern"], "contoso.onmicrosoft.com")


def test_the_schemas_examples_are_manifests():
    import yaml  # noqa: PLC0415  (only here)

    assert [problems_of(yaml.safe_dump(e)) for e in json_schema()["examples"]] == [(), ()]


def remarks(text: str) -> list[str]:
    return [remark.path for remark in warnings(read_manifest(text, "m"))]


def test_the_default_registration_could_do_with_less():
    assert remarks(MINIMAL) == [
        "application.web.redirectUris",
        "application.web.implicitGrantSettings",
        "application.permissions",
    ]


LEAN = (
    """web: {redirectUris: [http://localhost], implicitGrantSettings:
        {enableAccessTokenIssuance: false, enableIdTokenIssuance: false}}""",
    "permissions: [IMAP.AccessAsUser.All, SMTP.Send, User.Read, offline_access]",
)


def test_a_lean_manifest_gets_no_remark():
    assert remarks(application(*LEAN) + "mailboxes: [{address: a@b.com}]\n") == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (
            application("web: {redirectUris: ['https://a.com']}", LEAN[1]),
            "application.web.redirectUris",
        ),
        (application(LEAN[0], "permissions: [Mail.ReadBasic]"), "application.permissions"),
        (
            application(LEAN[0], "permissions: [Zebra.Ride, offline_access]"),
            "application.permissions",
        ),
        (application(*LEAN, "secret: {lifetime: 731d}"), "application.secret.lifetime"),
        (
            mailboxes("{address: a@b.com, protocols: [imap]}"),
            "application.permissions",
        ),
        (mailboxes("{address: a@b.com}") + "cloud: usgov-dod\n", "mailboxes"),
    ],
)
def test_remarks(text, path):
    assert path in remarks(text)
