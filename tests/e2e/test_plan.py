"""`plan`: the file against the tenant, told to people, to programs and by exit code."""

import json

NEW = ("create application", "create service principal", "for any user's mailbox in the tenant")


def test_a_plan_for_a_new_application_names_every_change_and_makes_none(work, levers):
    levers.forget_requests()

    ran = work.done("plan")

    assert all(title in ran.out for title in NEW)
    assert "    + requiredResourceAccess: IMAP.AccessAsUser.All" in ran.out
    assert ran.out.splitlines()[-1].startswith(f"3 changes to application {work.name} in tenant ")
    assert levers.writes() == []


def test_a_plan_tells_programs_the_same(work):
    plan = json.loads(work.done("plan", "--output", "json").out)

    assert plan["formatVersion"] == 1
    assert plan["hasChanges"] is True
    assert [change["resource"] for change in plan["changes"]] == [
        "application", "servicePrincipal", "oauth2PermissionGrant",
    ]  # fmt: skip
    assert {change["action"] for change in plan["changes"]} == {"create"}


def test_the_exit_code_tells_changes_only_when_asked(work):
    assert work.run("plan").code == 0
    assert work.run("plan", "--detailed-exitcode").code == 2
    work.applied()
    assert work.run("plan", "--detailed-exitcode").code == 0


def test_a_change_behind_our_back_is_shown_and_told_by_exit_code(work, levers):
    work.applied()
    found = levers.application(work.name)
    levers.graph("PATCH", f"/applications/{found['id']}", {"displayName": "somebody else's idea"})

    ran = work.run("plan", "--detailed-exitcode")

    assert ran.code == 2
    assert f"~ displayName: somebody else's idea → {work.name}" in ran.out


def test_consent_withdrawn_behind_our_back_is_shown(work, levers):
    work.applied()
    (grant,) = levers.grants(levers.application(work.name)["appId"])
    levers.graph("DELETE", f"/oauth2PermissionGrants/{grant['id']}")

    ran = work.run("plan", "--detailed-exitcode")

    assert ran.code == 2
    assert "for any user's mailbox in the tenant" in ran.out


def test_the_order_in_which_graph_lists_things_is_no_change(work, levers):
    work.applied()
    found = levers.application(work.name)
    uris = found["web"]["redirectUris"][::-1]
    levers.graph("PATCH", f"/applications/{found['id']}", {"web": {"redirectUris": uris}})

    assert work.run("plan", "--detailed-exitcode").code == 0


def test_an_application_of_the_same_display_name_is_named_and_left_alone(work, levers):
    other = levers.graph("POST", "/applications", {"displayName": work.name})
    levers.forget_requests()

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert f"client id {other['appId']}, which this manifest does not own" in ran.err
    assert "→ choose another application.displayName" in ran.err
    assert levers.writes() == []


def test_a_fresh_runner_reads_twice_and_a_warm_one_once(work, levers):
    work.applied()
    levers.forget_requests()
    work.done("plan")
    assert levers.graph_requests() == [("POST", "/v1.0/$batch")]

    levers.forget_requests()
    work.elsewhere("fresh").done("plan")
    assert levers.graph_requests() == [("POST", "/v1.0/$batch")] * 2
    assert levers.writes() == []


def test_colour_is_for_terminals_and_for_those_who_want_it(work):
    assert "\x1b[" not in work.done("plan").out
    with work.terminal("plan", "--file", "missing.yaml") as coloured:
        coloured.end()
    work.environment["NO_COLOR"] = "1"
    with work.terminal("plan", "--file", "missing.yaml") as plain:
        plain.end()

    assert coloured.shown.startswith("\x1b[31mprovision: manifest missing.yaml")
    assert plain.shown.startswith("provision: manifest missing.yaml")
    assert "\x1b[" not in plain.shown
