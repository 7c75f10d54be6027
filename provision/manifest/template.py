"""The manifest that `provision init` writes: everything that can be said, with what it is for."""

from typing import Final

from provision.manifest.yaml_text import scalar

_TEMPLATE: Final = """\
# What `provision plan` compares with the tenant and `provision apply` makes true.
# Only `tenant` and `application.uniqueName` are required; every other line shows its default
# or an example. `provision check` reads this file offline, `provision schema` describes it.

# The tenant's GUID or one of its domains.
tenant: {tenant}

# global, usgov, usgov-dod (registration only), china, or the path of a cloud file.
cloud: global

application:
  # The key by which the application is found again. It can never be changed.
  uniqueName: {unique_name}
  # What people see when they sign in.
  displayName: {unique_name}
  # AzureADMyOrg: this tenant. AzureADMultipleOrgs: any tenant.
  # AzureADandPersonalMicrosoftAccount: any tenant and personal accounts (global cloud only).
  signInAudience: AzureADandPersonalMicrosoftAccount
  web:
    # http://localhost serves the sign-in on this machine, on whatever port is free.
    redirectUris:
      - http://localhost
      - https://login.microsoftonline.com/common/oauth2/nativeclient
    # The authorization-code flow needs neither; some mail products ask for both.
    implicitGrantSettings:
      enableAccessTokenIssuance: true
      enableIdTokenIssuance: true
  # Delegated permissions of Microsoft Graph, by name. Each mail protocol needs its own.
  permissions:
    - IMAP.AccessAsUser.All
    - POP.AccessAsUser.All
    - SMTP.Send
    - Mail.Read
    - User.Read
    - offline_access
  # The client secret to mint. Its value never stands in this file.
  secret:
    displayName: {unique_name}
    lifetime: 180d
    rotateBefore: 30d
    overlap: 7d

# allPrincipals: the administrator consents for every user. mailboxes: only for the owners of
# the mailboxes below. none: users consent when they sign in.
consent: allPrincipals

{mailboxes}
# Where client id, client secret and refresh token go: see docs/reference/handoff.md for every kind.
{handoff}
"""

_MAILBOX: Final = """\
# signInAs differs from address for a shared mailbox; authority is tenant, common or consumers.
mailboxes:
  - address: {mailbox}
    signInAs: {mailbox}
    authority: tenant
    protocols: [imap, smtp]
"""

NO_MAILBOX: Final = """\
# mailboxes:
#   - address: forms@contoso.com
#     signInAs: forms@contoso.com    # the delegate, for a shared mailbox
#     authority: tenant              # or common, or consumers for a personal account
#     protocols: [imap, smtp]
"""

_HANDOFF: Final = """\
handoff:
  - to: dotenv
    path: mail.env"""

NO_HANDOFF: Final = """\
# handoff:
#   - to: dotenv
#     path: mail.env"""


def make_template(
    tenant: str = "contoso.onmicrosoft.com",
    unique_name: str = "aem-forms-mail",
    mailbox: str | None = None,
) -> str:
    """Return a commented manifest that is valid as it stands.

    Args:
        tenant: GUID or domain.
        unique_name: Serves as display name, too.
        mailbox: Address of the first mailbox; without one, the section is a comment.
    """
    return _TEMPLATE.format(
        tenant=scalar(tenant),
        unique_name=scalar(unique_name),
        mailboxes=NO_MAILBOX if mailbox is None else _MAILBOX.format(mailbox=scalar(mailbox)),
        handoff=NO_HANDOFF if mailbox is None else _HANDOFF,
    )
