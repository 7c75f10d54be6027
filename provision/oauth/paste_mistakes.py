"""What people paste in place of an authorization code, recognised by its form alone."""

import re
from typing import Final

_FIELD: Final = re.compile(
    r"(?P<name>refresh_token|access_token|id_token|client_secret)[\"'\u2018-\u201f]?\s*[=:]"
)
_FIELD_NAMES: Final = {
    "refresh_token": "a refresh token",
    "access_token": "an access token",
    "id_token": "an id token",
    "client_secret": "a client secret",
}
_FORMS: Final = (
    # RFC 7519: three base64url parts, the first of which is a JSON object.
    (re.compile(r"eyJ[\w-]*\.[\w-]+\.[\w-]*"), "an access token or an id token"),
    # Personal accounts: opaque access tokens, and refresh tokens that share their codes' beginning.
    (re.compile(r"Ew[A-D][A-Za-z0-9+/=]{60,}"), "an access token of a personal account"),
    (re.compile(r"M\.[A-Z]\d+_[A-Z0-9]+\.0\.U\.-.*"), "a refresh token of a personal account"),
    (re.compile(r"[\w~.-]{3}\dQ~[\w~.-]{31,34}"), "a client secret"),
    (re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?"), "an id"),
)
_WRONG_PLACE: Final = (
    "it is the page that Microsoft's nativeclient address forwards to after a moment, and by then "
    "the code is gone; sign in with http://localhost as the redirect URI"
)
_LINK: Final = "it is the sign-in link itself; open it in a browser and sign in first"
_PAGES: Final = (
    (re.compile(r"/common/wrongplace", re.IGNORECASE), _WRONG_PLACE),
    (re.compile(r"/oauth2/(v2\.0/)?authorize\b"), _LINK),
)


def impostor_fields(text: str) -> str:
    """Name the credential whose label is in the text, as in a copied answer; empty for none."""
    named = _FIELD.search(text)
    return _FIELD_NAMES[named["name"]] if named else ""


def impostor_name(code: str) -> str:
    """Name what an alleged code is instead; empty when it may be one.

    A work account's refresh token cannot be told from a code: Entra has to refuse it.
    """
    return next((name for form, name in _FORMS if form.fullmatch(code)), "")


def impostor_page(address: str) -> str:
    """Explain an address that a sign-in passes through without ever carrying its code."""
    return next((why for form, why in _PAGES if form.search(address)), "")
