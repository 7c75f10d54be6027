import pytest

from provision.cloud import BUILT_IN
from provision.errors import UsageError
from provision.oauth.scopes import (
    PERSONAL_TENANT_ID,
    authority_url,
    graph_scopes,
    mail_scopes,
    missing_scopes,
)
from provision.tenant.mailbox import Mailbox

GLOBAL = BUILT_IN["global"]
OUTLOOK = "https://outlook.office.com"
MAILBOX = Mailbox("forms@contoso.com", "forms@contoso.com", "tenant", ("imap", "smtp"))


def test_mail_scopes_are_full_strings_in_a_stable_order() -> None:
    assert mail_scopes(GLOBAL, ("smtp", "imap", "pop")) == (
        f"{OUTLOOK}/IMAP.AccessAsUser.All",
        f"{OUTLOOK}/POP.AccessAsUser.All",
        f"{OUTLOOK}/SMTP.Send",
        "openid",
        "profile",
        "offline_access",
    )


def test_mail_scopes_name_the_resource_of_their_cloud() -> None:
    assert mail_scopes(BUILT_IN["china"], ("smtp",))[0] == "https://partner.outlook.cn/SMTP.Send"


def test_graph_scopes_leave_out_mail_and_openid_permissions() -> None:
    names = ("User.Read", "IMAP.AccessAsUser.All", "offline_access", "Mail.Read")
    assert graph_scopes(GLOBAL, names) == (
        "https://graph.microsoft.com/Mail.Read",
        "https://graph.microsoft.com/User.Read",
        "openid",
        "profile",
        "offline_access",
    )


def test_graph_scopes_need_a_permission_of_graph() -> None:
    with pytest.raises(UsageError, match="Graph"):
        graph_scopes(GLOBAL, ("SMTP.Send", "offline_access"))


@pytest.mark.parametrize(
    ("kind", "segment"), [("tenant", "T"), ("common", "common"), ("consumers", "consumers")]
)
def test_authority_is_the_login_host_and_one_segment(kind, segment) -> None:
    assert authority_url(GLOBAL, kind, "T") == f"https://login.microsoftonline.com/{segment}"


def test_refuses_consumers_where_there_are_no_personal_accounts() -> None:
    with pytest.raises(UsageError, match="usgov"):
        authority_url(BUILT_IN["usgov"], "consumers", "T")


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ("SMTP.Send", ()),
        ("https://outlook.office.com/SMTP.Send", ()),
        ("https://outlook.office365.com/smtp.send openid", ()),
        ("https://graph.microsoft.com/SMTP.Send", (f"{OUTLOOK}/SMTP.Send",)),
        ("https://outlook.office.com/IMAP.AccessAsUser.All", (f"{OUTLOOK}/SMTP.Send",)),
        ("", (f"{OUTLOOK}/SMTP.Send",)),
    ],
)
def test_reports_the_scopes_that_were_asked_for_and_not_granted(granted, missing) -> None:
    asked = (f"{OUTLOOK}/SMTP.Send", "openid", "offline_access")
    assert missing_scopes(asked, granted.split()) == missing


def test_names_the_tenant_of_personal_accounts() -> None:
    assert PERSONAL_TENANT_ID.startswith("9188040d")
