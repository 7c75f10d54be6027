"""The scopes that are shown are those that are sent."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from provision.cloud import BUILT_IN
from provision.stages.asked_scopes import MailboxScopes, asked_scopes
from provision.stages.refresh import access_token, renew
from provision.stages.token_purpose import wanted_for
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration
from tests.unit.stages.people import DEVICE, Person, sign_in
from tests.unit.stages.world import FORMS, World, manifest

OUTLOOK = "https://outlook.office.com"
GRAPH = "https://graph.microsoft.com"


def shown(mailbox: Mailbox = FORMS, cloud: str = "global") -> MailboxScopes:
    (one,) = asked_scopes(manifest(), (mailbox,), BUILT_IN[cloud]).mailboxes
    return one


def test_they_are_written_out_for_each_stage() -> None:
    mail = f"{OUTLOOK}/IMAP.AccessAsUser.All {OUTLOOK}/SMTP.Send openid profile offline_access"
    graph = f"{GRAPH}/Mail.Read {GRAPH}/User.Read openid profile offline_access"

    assert shown() == MailboxScopes(FORMS.address, mail, mail, mail, graph, "")


def test_a_link_a_redemption_and_a_refresh_ask_for_what_is_shown(
    world: World, registration: Registration, person: Person
) -> None:
    mailbox = sign_in(person, registration).mailbox
    renew(mailbox, world.services)
    access_token(mailbox, wanted_for(mailbox, "graph", world.services.cloud), world.services)

    link = parse_qs(urlsplit(person.links[0]).query)["scope"][0]
    sent = [form["scope"] for form in world.entra.forms]
    told = shown()
    assert link == told.sign_in
    assert sent == [told.redeem, told.refresh, told.graph]


def test_a_device_code_is_asked_for_with_what_is_shown(
    world: World, registration: Registration, person: Person
) -> None:
    sign_in(person, registration, DEVICE)

    assert world.entra.forms[0]["scope"] == shown().sign_in


def test_another_cloud_has_resources_of_its_own() -> None:
    assert shown(cloud="china").sign_in.startswith("https://partner.outlook.cn/IMAP.")


def test_a_personal_account_has_no_graph_token_and_is_told_why() -> None:
    told = shown(replace(FORMS, authority="consumers"))

    assert told.graph is None
    assert "personal account's refresh token" in told.graph_refusal


def test_consent_holds_what_is_declared_and_what_signing_in_needs() -> None:
    asked = asked_scopes(manifest(), (), BUILT_IN["global"])

    assert asked.consent == "allPrincipals"
    assert set(asked.on_graph) == set(manifest().application.permissions) | {"openid", "profile"}
    assert asked.on_exchange == ("IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send")
