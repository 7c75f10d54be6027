"""Whatever an application is like: adopted, it plans empty, and nothing of it goes unsaid."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.errors import NotFound, RefusedError
from provision.manifest.permission_ids import catalogue
from provision.plan.adoption import (
    Adoption,
    Surroundings,
    adopt,
)
from provision.plan.custody import Custody
from provision.plan.planner import make_plan
from provision.tenant.adoptee import Adoptee, Unmanaged
from provision.tenant.application import (
    EXCHANGE_ONLINE,
    MICROSOFT_GRAPH,
    Application,
    ApplicationSettings,
    Password,
    ResourceAccess,
)
from provision.tenant.port import Snapshot
from provision.tenant.service_principal import Grant, ServicePrincipal
from tests.unit.plan.tenants import GRAPH_OBJECT_ID, NOW, snapshot

PERSONAL = "AzureADandPersonalMicrosoftAccount"
NEW_SCOPE = "99999999-0000-4000-8000-000000000001"
LOOKALIKE = "99999999-0000-4000-8000-000000000002"
"""A permission that the tenant has and that a manifest takes for a misspelt `Mail.Read`."""
STALE = "99999999-0000-4000-8000-000000000003"
TENANT_SCOPES = dict(catalogue()) | {"Mailbox.Newest.Thing": NEW_SCOPE, "Mail.Reed": LOOKALIKE}

AWKWARD_NAMES = [
    "null", "yes", "1e3", "~", "no # comment", "key: value", "'quoted'", '"double"', "- item",
    "{a: b}", "[a]", "*alias", "&anchor", "!tag", "%directive", "@at", "`tick", "|", ">", "0x1F",
    "2026-11-25", "Möbel & Söhne", "日本語", "\N{GRINNING FACE}", " leading", "trailing ", "none",
    "a\\b", "?", ".inf", "12:30:45",
]  # fmt: skip
URIS = [
    "http://localhost", "http://localhost:8080", "http://localhost:9/x", "http://127.0.0.1:5/back",
    "https://a.example/b", "https://a.example/*", "https://a.example/?x=1", "https://a.example:443/",
    "https://*.a.example", "https://user@a.example", "https://a.example/%23", "https://a.example/:",
    "https://[::1]/x", "https://a.example/" + "x" * 230,
]  # fmt: skip
IDS = [*sorted(catalogue().values())[:6], NEW_SCOPE, LOOKALIKE, STALE]

names = st.sampled_from(AWKWARD_NAMES) | st.text(min_size=1, max_size=90).filter(
    lambda text: text.isprintable() and bool(text.strip())
)
accesses = st.builds(
    ResourceAccess,
    resource_client_id=st.sampled_from([MICROSOFT_GRAPH, EXCHANGE_ONLINE]),
    permission_id=st.sampled_from(IDS),
    kind=st.sampled_from(["Scope", "Role"]),
)
passwords = st.builds(
    Password,
    key_id=st.uuids().map(str),
    display_name=st.none() | names | st.just("line\nbreak"),
    start_at=st.just(NOW - timedelta(days=5)),
    end_at=st.sampled_from(
        [NOW - timedelta(days=1), NOW + timedelta(days=1), NOW.replace(year=2030)]
    ),
)


@st.composite
def adoptees(draw: st.DrawFn) -> Adoptee:
    audience = draw(st.sampled_from(["AzureADMyOrg", "AzureADMultipleOrgs", PERSONAL]))
    settings = ApplicationSettings(
        display_name=draw(names),
        sign_in_audience=audience,
        token_version=2 if audience == PERSONAL else draw(st.sampled_from([None, 1, 2])),
        redirect_uris=draw(st.frozensets(st.sampled_from(URIS))),
        issues_access_tokens=draw(st.booleans()),
        issues_id_tokens=draw(st.booleans()),
        permissions=draw(st.frozensets(accesses)),
    )
    found = Application("o1", "c1", None, settings, draw(st.frozensets(passwords, max_size=3)))
    return Adoptee(found, None, "contoso.com", {}, (Unmanaged("notes", draw(names)),))


@st.composite
def granted(draw: st.DrawFn) -> frozenset[Grant]:
    scopes = draw(st.frozensets(st.sampled_from([*sorted(catalogue())[:6], "openid", "profile"])))
    whom = draw(st.sampled_from([None, "user-1"]))
    grant = Grant("g", "sp-1", GRAPH_OBJECT_ID, "AllPrincipals", None, scopes)
    personal = replace(grant, consent_type="Principal", principal_object_id=whom)
    return frozenset({personal if whom else grant})


def around(
    name: str = "adopted", grants: frozenset[Grant] = frozenset(), key_id: str | None = None
) -> Surroundings:
    seen = replace(
        snapshot({"scopeIds": TENANT_SCOPES}),
        service_principal=ServicePrincipal("sp-1", "c1", is_enabled=True),
        grants=grants,
    )
    return Surroundings("contoso.com", "global", name, seen, key_id)


def one(**changes: Any) -> Adoptee:
    settings = ApplicationSettings(
        "AEM mail", "AzureADMyOrg", None, frozenset({"http://localhost"}), False, False, frozenset()
    )
    password = Password("k1", "made by hand", NOW, NOW.replace(year=2030))
    application = Application("o1", "c1", None, settings, frozenset({password}))
    return Adoptee(replace(application, **changes), None, "", {}, ())


def under(adoption: Adoption, adoptee: Adoptee, seen: Snapshot) -> Snapshot:
    """Return the tenant after the application got its name."""
    name = adoption.manifest.application.unique_name
    return replace(seen, application=replace(adoptee.application, unique_name=name))


@given(adoptees(), granted() | st.just(frozenset[Grant]()))
def test_right_after_adopting_there_is_nothing_to_plan(
    adoptee: Adoptee, grants: frozenset[Grant]
) -> None:
    surroundings = around(grants=grants)
    assert surroundings.snapshot is not None

    adoption = adopt(adoptee, surroundings, NOW)

    seen = under(adoption, adoptee, surroundings.snapshot)
    plan = make_plan(adoption.manifest, seen, Custody(), NOW)
    assert (plan.changes, plan.serving) == ((), adoption.serving)


@given(adoptees())
def test_whatever_the_application_declares_is_in_the_manifest_or_told(adoptee: Adoptee) -> None:
    adoption = adopt(adoptee, around(), NOW)

    section, told = adoption.manifest.application, " ".join(adoption.kept)
    settings = adoptee.application.settings
    assert section.display_name == settings.display_name
    assert {
        u for u in settings.redirect_uris if u not in section.redirect_uris and u not in told
    } == set()
    named = {TENANT_SCOPES[name] for name in section.permissions}
    unsaid = {a.permission_id for a in settings.permissions} - named
    names_of = {i: n for n, i in TENANT_SCOPES.items()}
    assert {i for i in unsaid if i not in told and names_of.get(i, i) not in told} == set()


@given(adoptees())
def test_every_secret_but_the_serving_one_is_told(adoptee: Adoptee) -> None:
    adoption = adopt(adoptee, around(), NOW)

    others = adoptee.application.passwords - {adoption.serving}
    told = " ".join(adoption.kept)
    assert {p.key_id for p in others if p.key_id not in told} == set()


def test_a_permission_that_nobody_can_name_is_kept_and_remarked() -> None:
    stale = ResourceAccess(MICROSOFT_GRAPH, STALE, "Scope")
    adoptee = one()
    settings = replace(adoptee.application.settings, permissions=frozenset({stale}))

    adoption = adopt(one(settings=settings), around(), NOW)

    assert STALE in adoption.remarks[0]
    assert adoption.manifest.application.manage == "partial"


def test_consent_that_covers_everything_is_said() -> None:
    grant = Grant(
        "g", "sp-1", GRAPH_OBJECT_ID, "AllPrincipals", None, frozenset({"openid", "profile"})
    )

    assert adopt(one(), around(grants=frozenset({grant})), NOW).manifest.consent == "allPrincipals"


def test_consent_that_lacks_something_is_left_and_remarked() -> None:
    grant = Grant("g", "sp-1", GRAPH_OBJECT_ID, "AllPrincipals", None, frozenset({"openid"}))

    adoption = adopt(one(), around(grants=frozenset({grant})), NOW)

    assert adoption.manifest.consent == "none"
    assert "profile" in adoption.remarks[0]


@pytest.mark.parametrize("audience", ["PersonalMicrosoftAccount", "SomethingNew"])
def test_an_audience_that_no_manifest_has_is_refused(audience: str) -> None:
    settings = replace(one().application.settings, sign_in_audience=audience)

    with pytest.raises(RefusedError, match=audience):
        adopt(one(settings=settings), around(), NOW)


@pytest.mark.parametrize("shown", ["two\nlines", "   ", "x" * 121])
def test_a_display_name_that_no_manifest_has_is_refused(shown: str) -> None:
    settings = replace(one().application.settings, display_name=shown)

    with pytest.raises(RefusedError, match="display name"):
        adopt(one(settings=settings), around("n"), NOW)


def test_a_key_id_that_it_lacks_is_refused_with_those_that_it_has() -> None:
    with pytest.raises(NotFound) as refused:
        adopt(one(), around(key_id="other"), NOW)

    assert refused.value.hint == "it has: k1"


@pytest.mark.parametrize(
    ("name", "end_at", "why"),
    [(None, NOW.replace(year=2030), "no display name"), ("one", NOW, "has expired")],
)
def test_a_secret_that_cannot_serve_is_refused(
    name: str | None, end_at: datetime, why: str
) -> None:
    password = Password("k1", name, NOW - timedelta(days=9), end_at)

    with pytest.raises(RefusedError, match=why):
        adopt(one(passwords=frozenset({password})), around(key_id="k1"), NOW)
