"""A job of GitHub's plans with the token that it is given, and says so when it is given none."""

from tests.contract.graph.pipeline_host import AUDIENCE, BEARER, ISSUER, SUBJECT, pipeline_host
from tests.e2e.workplace import Workplace
from tests.signing import shared_key


def test_a_job_plans_with_its_own_token(work: Workplace):
    levers = work.levers
    levers.control("PUT", "/issuers", {"issuer": ISSUER, "keys": [shared_key().jwk()]})
    client_id = levers.ready.admin_client_id
    path = f"/applications(appId='{client_id}')/federatedIdentityCredentials"
    credential = {"name": "job", "issuer": ISSUER, "subject": SUBJECT, "audiences": [AUDIENCE]}
    levers.graph("POST", path, credential)
    del work.environment["AZURE_CLIENT_SECRET"]
    with pipeline_host() as host:
        work.environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"{host.origin}/t?x=1"
        work.environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = BEARER

        ran = work.run("plan", "--detailed-exitcode")

    assert ran.code == 2
    assert len(host.asked) == 1
    assert BEARER not in ran.out + ran.err


def test_a_way_that_lacks_a_setting_is_a_mistake_of_the_caller(work: Workplace):
    work.environment["PROVISION_ADMIN"] = "github"

    ran = work.run("plan")

    assert ran.code == 64
    assert "PROVISION_ADMIN=github: ACTIONS_ID_TOKEN_REQUEST_URL" in ran.err
