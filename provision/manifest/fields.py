"""What a single value of a manifest may be: the types of its keys, each with its own refusal."""

import re
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from provision.cloud import BUILT_IN
from provision.manifest.permission_ids import closest, scope_name
from provision.manifest.redirect_uri import MAX_LENGTH, objection
from provision.manifest.spelling import nearest

REFUSAL: Final = "manifest_value"
"""Type of every refusal made here; its context carries `message` and `suggestion`."""

GUID: Final = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_DOMAIN: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}"
_UNIQUE_NAME: Final = r"[A-Za-z0-9._-]{1,64}"
_PERMISSION: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}"
_ADDRESS: Final = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_DOMAIN}"
_LIFETIME: Final = r"[1-9][0-9]{0,4}[dh]"
_SHARED_SEGMENTS: Final = ("common", "organizations", "consumers")
MAX_DISPLAY_NAME: Final = 120
"""https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation"""


def refused(message: str, suggestion: str = "") -> PydanticCustomError:
    """Return the refusal of one value, for a validator to raise."""
    return PydanticCustomError(REFUSAL, "{message}", {"message": message, "suggestion": suggestion})


def _pattern(pattern: str) -> dict[str, str]:
    return {"pattern": f"^{pattern}$"}


def _tenant(value: str) -> str:
    if value.lower() in _SHARED_SEGMENTS:
        raise refused(
            f"{value!r} names no tenant: give its GUID or one of its domains; "
            "`authority` of a mailbox is where 'common' and 'consumers' belong"
        )
    if re.fullmatch(GUID, value) or re.fullmatch(_DOMAIN, value):
        return value
    raise refused(f"{value[:60]!r} is neither a tenant's GUID nor one of its domains")


def _cloud(value: str) -> str:
    looks_like_path = "/" in value or "\\" in value or value.endswith(".json")
    if value in BUILT_IN or (looks_like_path and value.isprintable()):
        return value
    raise refused(
        f"{value[:60]!r} is no cloud: one of {', '.join(BUILT_IN)}, or the path of a cloud file",
        nearest(value, BUILT_IN) or "",
    )


def _unique_name(value: str) -> str:
    if re.fullmatch(_UNIQUE_NAME, value):
        return value
    meant = re.sub(r"[^A-Za-z0-9._-]+", "-", value.strip()).strip("-")[:64]
    raise refused(
        "a unique name has 1 to 64 characters out of A-Z a-z 0-9 . _ -, and is never changed",
        meant if re.fullmatch(_UNIQUE_NAME, meant) else "",
    )


def _display_name(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise refused("a display name is one line of visible text")
    if len(value) > MAX_DISPLAY_NAME:
        raise refused(f"at most {MAX_DISPLAY_NAME} characters, this one has {len(value)}")
    return value


def _audience(value: object) -> object:
    if value == "PersonalMicrosoftAccount":
        raise refused(
            "'PersonalMicrosoftAccount' serves no organisation's mailbox: an application for "
            "personal accounts only is not supported",
            "AzureADandPersonalMicrosoftAccount",
        )
    return value


def _redirect_uri(value: str) -> str:
    found = objection(value)
    if found is not None:
        raise refused(*found)
    return value


def _permission(value: str) -> str:
    named = scope_name(value) if re.fullmatch(GUID, value) else None
    if named is not None or "/" in value:
        meant = named or value.rstrip("/").rpartition("/")[2]
        message = f"{value[:60]!r}: a permission is given by its bare name"
        raise refused(message, closest(meant) or meant)
    if not re.fullmatch(_PERMISSION, value):
        raise refused(f"{value[:60]!r} is not the name of a permission")
    meant_by_typo = closest(value)
    if meant_by_typo is not None:
        raise refused(f"{value!r} is no delegated permission of Microsoft Graph", meant_by_typo)
    return value


def _address(value: str) -> str:
    if re.fullmatch(_ADDRESS, value):
        return value
    raise refused(f"{value[:60]!r} is not a mail address")


def _path(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise refused("the path of a file, or - for standard output")
    return value


def _lifetime(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(_LIFETIME, value):
        meant = f"{value}d" if str(value).isdecimal() and not str(value).startswith("0") else ""
        raise refused("a period is a whole number of days or hours, such as 180d or 12h", meant)
    number = int(value[:-1])
    return timedelta(days=number) if value.endswith("d") else timedelta(hours=number)


def written(period: timedelta) -> str:
    """Return a period as a manifest spells it: `180d`, or `12h` when it is no whole day."""
    hours = period // timedelta(hours=1)
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


Tenant = Annotated[
    str, AfterValidator(_tenant), Field(json_schema_extra=_pattern(f"({GUID}|{_DOMAIN})"))
]
CloudName = Annotated[str, AfterValidator(_cloud), Field(examples=[*BUILT_IN, "./sandbox.json"])]
UniqueName = Annotated[
    str, AfterValidator(_unique_name), Field(json_schema_extra=_pattern(_UNIQUE_NAME))
]
DisplayName = Annotated[
    str,
    AfterValidator(_display_name),
    Field(json_schema_extra={"minLength": 1, "maxLength": MAX_DISPLAY_NAME}),
]
ServiceReference = Annotated[str, Field(min_length=1, max_length=128)]
Audience = Annotated[
    Literal["AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount"],
    BeforeValidator(_audience),
]
RedirectUri = Annotated[
    str, AfterValidator(_redirect_uri), Field(json_schema_extra={"maxLength": MAX_LENGTH})
]
PermissionName = Annotated[
    str, AfterValidator(_permission), Field(json_schema_extra=_pattern(_PERMISSION))
]
Address = Annotated[str, AfterValidator(_address), Field(json_schema_extra=_pattern(_ADDRESS))]
FilePath = Annotated[str, AfterValidator(_path), Field(json_schema_extra={"minLength": 1})]
Period = Annotated[
    timedelta,
    BeforeValidator(_lifetime),
    WithJsonSchema({"type": "string", **_pattern(_LIFETIME), "examples": ["180d", "12h"]}),
]
