"""Which holders empty a mailbox."""

import pytest

from provision.stages.endpoint_holders import is_endpoint
from provision.vault.port import ClientKey, Holder, HolderKey

CLIENT = ClientKey("global", "tenant", "client")


@pytest.mark.parametrize(
    ("name", "empties"),
    [
        ("AEM Forms email endpoint", True),
        ("AEM Forms e-mail endpoint Invoices", True),
        ("aem-forms Email Endpoint", True),
        ("AEM Forms e-mail endpoint Invoices, by hand from sheet.txt", True),
        ("AEM Forms Email Service, by hand from my e-mail endpoint.txt", False),
        ("dotenv AEM e-mail endpoint.env", False),
        ("AEM Forms Email Service", False),
        ("AEM Forms Form Workflow", False),
        ("aem-forms aem-worksheet.txt", False),
        ("dotenv endpoint.env", False),
        ("command post-to-endpoint", False),
    ],
)
def test_an_endpoint_is_known_by_what_the_ledger_calls_it(name, empties):
    assert is_endpoint(Holder(HolderKey(CLIENT, "a@b.com", name), False)) is empties
