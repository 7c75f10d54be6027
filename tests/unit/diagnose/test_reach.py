"""What a certificate says of who vouches for it."""

import pytest

from provision.diagnose.reach import certificate_issuer

ORGANIZATION = ((("countryName", "US"),), (("organizationName", "DigiCert Inc"),))
NAME_ALONE = ((("commonName", "Contoso proxy"),),)


@pytest.mark.parametrize(
    ("certificate", "issuer"),
    [
        ({"issuer": (*ORGANIZATION, *NAME_ALONE)}, "DigiCert Inc"),
        ({"issuer": NAME_ALONE}, "Contoso proxy"),
        ({"issuer": ()}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_the_organization_is_named_before_the_name(certificate, issuer):
    assert certificate_issuer(certificate) == issuer
