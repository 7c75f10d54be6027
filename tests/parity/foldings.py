"""What a comparison with a recorded answer forgives: one row for each, with its reason."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from tests.parity.difference import Difference, Kind
from tests.parity.names import Names

_ID_FIELDS = (
    r"id|userPrincipalName|appId|keyId|appOwnerOrganizationId|clientId|principalId|resourceId|templateId"
    r"|servicePrincipalNames\[\]|identifierUris\[\]|@odata\.id"
    r"|error\.innerError\.(client-)?request-id|error\.message|error\.details\[\]\.message"
    r"|(.*\.)?@odata\.context|header location|value\[\]|(owners|value)\[\]\.id"
    r"|passwordCredentials\[\]\.keyId|keyCredentials\[\]\.keyId"
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|\+00:00)?")
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+")
_HINT = re.compile(r"\S{3}")
_SECRET = re.compile(r"\S{16,64}")
UNKNOWN = "…"
"""What a golden case has for a text that nobody has recorded."""
RECORDERS = "example@example.com"
"""What the recorder of azure-cli puts for every person's name."""
_PERSON = (
    r"displayName|givenName|surname|jobTitle|mail|mobilePhone|officeLocation|preferredLanguage"
    r"|businessPhones(\[\])?"
)
MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
"""The tenant that owns Microsoft's own APIs."""
# Each member was absent from the recordings made before the day.
ADDED = {
    "nativeAuthenticationApisEnabled": date(2024, 9, 6),
    "uniqueName": date(2024, 9, 6),
    "samlMetadataUrl": date(2024, 9, 6),
    "servicePrincipalLockConfiguration": date(2024, 9, 6),
    "requestSignatureVerification": date(2024, 9, 6),
    "web.redirectUriSettings": date(2024, 9, 6),
}
_PERSONAL = "AzureADandPersonalMicrosoftAccount"
_OLD_DEFAULTS: dict[str, tuple[object, object]] = {
    "signInAudience": (_PERSONAL, "AzureADMyOrg"),
    "api.requestedAccessTokenVersion": (2, None),
}


@dataclass(slots=True)
class Context:
    """What a session has shown so far."""

    made_on: date | None = None
    """None: today."""
    names: Names = field(default_factory=Names)
    sent: set[str] = field(default_factory=set)
    """Texts that the client sent."""


@dataclass(frozen=True, slots=True)
class Folding:
    """One difference that is none, where it may stand, and why."""

    name: str
    kinds: frozenset[Kind]
    fields: re.Pattern[str]
    folds: Callable[[Difference, Context], bool]
    reason: str
    source: str

    @property
    def is_of_its_day(self) -> bool:
        """Whether it allows for what Graph changed after the recording was made."""
        return self.name.endswith(" since")

    def applies(self, difference: Difference, context: Context) -> bool:
        """Whether this explains a difference."""
        return (
            difference.kind in self.kinds
            and self.fields.fullmatch(difference.field) is not None
            and self.folds(difference, context)
        )


def _texts(difference: Difference) -> tuple[str, str] | None:
    left, right = difference.expected, difference.actual
    return (left, right) if isinstance(left, str) and isinstance(right, str) else None


def _is_known_name(difference: Difference, context: Context) -> bool:
    texts = _texts(difference)
    return texts is not None and context.names.ours(texts[0]) == texts[1]


def _is_new_name(difference: Difference, context: Context) -> bool:
    texts = _texts(difference)
    return texts is not None and context.names.pair_ids(*texts)


def _is_paired(shape: re.Pattern[str]) -> Callable[[Difference, Context], bool]:
    def paired(difference: Difference, context: Context) -> bool:
        texts = _texts(difference)
        return (
            texts is not None
            and all(shape.fullmatch(text) for text in texts)
            and context.names.pair(*texts)
        )

    return paired


def _is_unknown_wording(difference: Difference, _context: Context) -> bool:
    return difference.expected == UNKNOWN and isinstance(difference.actual, str)


def _are_secrets(difference: Difference, _context: Context) -> bool:
    texts = _texts(difference)
    return texts is not None and all(_SECRET.fullmatch(text) for text in texts)


def _are_moments(difference: Difference, context: Context) -> bool:
    texts = _texts(difference)
    found = [_INSTANT.fullmatch(text) for text in texts or ()]
    if texts is None or not all(found) or not context.sent.isdisjoint(texts):
        return False
    shapes = [(match[1] is None, match[2]) for match in found if match is not None]
    return shapes[0] == shapes[1]


def _is_replaced_person(difference: Difference, _context: Context) -> bool:
    texts = _texts(difference)
    if texts is None or RECORDERS not in texts[0]:
        return False
    start, _, end = texts[0].partition(RECORDERS)
    return re.fullmatch(rf"{re.escape(start)}[^\s']+@[^\s']+{re.escape(end)}", texts[1]) is not None


def _is_another_person(difference: Difference, context: Context) -> bool:
    name = str(difference.entity.get("userPrincipalName", ""))
    return context.names.ours(name).partition("@")[0] != name.partition("@")[0]


def _is_microsofts(difference: Difference, _context: Context) -> bool:
    return difference.entity.get("appOwnerOrganizationId") == MICROSOFT


def _is_before_its_day(difference: Difference, context: Context) -> bool:
    return _is_before(context, ADDED[difference.field])


def _is_old_default(difference: Difference, context: Context) -> bool:
    old = _OLD_DEFAULTS[difference.field]
    return (difference.expected, difference.actual) == old and _is_before(context, date(2024, 9, 6))


def _is_old_order(difference: Difference, context: Context) -> bool:
    moved = "verifiedPublisher"
    expected, actual = (
        [str(n) for n in _list(s)] for s in (difference.expected, difference.actual)
    )
    rest = [[name for name in names if name != moved] for names in (expected, actual)]
    place = expected.index(moved) if moved in expected else -1
    return (
        rest[0] == rest[1]
        and expected[place + 1 : place + 2] == ["addIns"]
        and _is_before(context, date(2024, 8, 1))
    )


def _list(side: object) -> list[object]:
    return list(side) if isinstance(side, Iterable) else []


def _is_before(context: Context, day: date) -> bool:
    return context.made_on is not None and context.made_on < day


def _row(
    name: str,
    fields: Iterable[str] | str,
    folds: Callable[[Difference, Context], bool],
    reason: str,
    source: str,
    kinds: Iterable[Kind] = (Kind.VALUE,),
) -> Folding:
    pattern = fields if isinstance(fields, str) else "|".join(map(re.escape, fields))
    return Folding(name, frozenset(kinds), re.compile(pattern), folds, reason, source)


FOLDINGS: tuple[Folding, ...] = (
    _row(
        "a name that was seen before", r".*", _is_known_name,
        "Graph makes its own ids, so the sandbox's stand for the recorded ones, one to one",
        "tests/parity/names.py",
    ),
    _row(
        "a new name", _ID_FIELDS, _is_new_name,
        "here Graph shows an id that it made, and the text around it is the same",
        "https://learn.microsoft.com/graph/api/resources/application",
    ),
    _row(
        "a secret", r"(passwordCredentials\[\]\.)?secretText", _are_secrets,
        "the recorder replaced it; a secret has 16 to 64 characters",
        "https://learn.microsoft.com/graph/api/resources/passwordcredential",
    ),
    _row(
        "the hint of a secret", r"(passwordCredentials\[\]\.)?hint", _is_paired(_HINT),
        "the first three characters of a random secret, which later reads repeat",
        "https://learn.microsoft.com/graph/api/resources/passwordcredential",
    ),
    _row(
        "the tenant's domain", ["publisherDomain"], _is_paired(_DOMAIN),
        "the initial domain of whichever tenant it is, the same in the whole session",
        "Azure/azure-cli test_app_scenario.yaml@2024-09-06",
    ),
    _row(
        "a moment that the service chose",
        r"createdDateTime|deletedDateTime|error\.innerError\.date"
        r"|((password|key)Credentials\[\]\.)?(start|end)DateTime",
        _are_moments,
        "the clock went on; an instant that the client sent comes back as it is, and the precision "
        "and the zone are compared",
        "Azure/azure-cli test_app_scenario.yaml@2024-09-06",
    ),
    _row(
        "a person's name in a refusal", ["error.message"], _is_replaced_person,
        "the recorder put one address for everybody's, in the answer and not in the request",
        "Azure/azure-cli test_app_owner.yaml@2025-02-20",
    ),
    _row(
        "what a person is like", _PERSON, _is_another_person,
        "the session reads somebody who was there before; somebody of the sandbox stands in",
        "Azure/azure-cli test_app_owner.yaml@2022-05-07",
        (Kind.VALUE, Kind.COUNT),
    ),
    _row(
        "a wording that nobody has recorded", ["error.message"], _is_unknown_wording,
        "a golden case says that there is a message, and not which",
        "tests/data/golden/README.md",
    ),
    _row(
        "a list of Microsoft's own",
        r"(appRoles|oauth2PermissionScopes|resourceSpecificApplicationPermissions"
        r"|servicePrincipalNames)(\[\].*)?",
        _is_microsofts,
        "Microsoft's APIs have hundreds of permissions and grow; the sandbox has those that it "
        "can grant, in words of its own",
        "https://learn.microsoft.com/graph/permissions-reference",
        tuple(Kind),
    ),
    _row(
        "the recorder's mark", ["@recording.truncated"], _is_microsofts,
        "says that such a list was cut when it was recorded",
        "Azure/azure-cli test_app_permission.yaml@2022-06",
        (Kind.MISSING,),
    ),
    _row(
        "a member added since", ADDED, _is_before_its_day,
        "Graph added it after the recording was made; the sandbox has the later shape",
        "Azure/azure-cli test_app_scenario.yaml@2024-09-06",
        (Kind.SURPLUS,),
    ),
    _row(
        "a member moved since", ["", "value[]"], _is_old_order,
        "in 2022 a service principal showed verifiedPublisher before addIns, in 2024 at the end",
        "Azure/azure-cli test_service_principal_scenario.yaml@2022-06-09",
        (Kind.ORDER,),
    ),
    _row(
        "a default changed since", _OLD_DEFAULTS, _is_old_default,
        "until 2024 an application without an audience was for personal accounts as well",
        "https://learn.microsoft.com/graph/whats-new-overview",
    ),
)  # fmt: skip


OF_THEIR_DAY = frozenset(row.name for row in FOLDINGS if row.is_of_its_day)
"""Names of the rows that allow for what Graph changed since."""


def folding_of(difference: Difference, context: Context) -> Folding | None:
    """Return the row that explains a difference, if one does."""
    return next((row for row in FOLDINGS if row.applies(difference, context)), None)
