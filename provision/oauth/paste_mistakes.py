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
_NATIVE_CLIENT: Final = re.compile(r"/common/oauth2/nativeclient\b", re.IGNORECASE)
# Reported since the end of 2025: abraunegg/onedrive#3564 and others.
_GONE: Final = "Microsoft's nativeclient page moves on to /common/wrongplace after a moment"
FLEETING_PAGE: Final = (
    f"the answer will come on a page that nobody can copy it from in peace: {_GONE}, and the code "
    "is gone. Copy its address at once; or add http://localhost to web.redirectUris and provision "
    "apply; or provision authorize --device"
)
"""Said before a sign-in that ends on that page."""
_WRONG_PLACE: Final = f"{_GONE}, as here, and by then the code is gone"
_NATIVE_HINT: Final = (
    "add http://localhost to web.redirectUris and provision apply, which makes it the redirect "
    "URI; or sign in without one: provision authorize --device"
)
_DEVICE: Final = "it is the page for a device code, which brings no address back"
_DEVICE_HINT: Final = "type the code there: provision authorize --device waits by itself"
_LINK: Final = "it is the sign-in link itself; open it in a browser and sign in first"
PASTE_AGAIN: Final = (
    "paste the whole address of the page that the browser ended on, from http to its last character"
)
"""What to do after most mistakes."""
_PAGES: Final = (
    (re.compile(r"/common/wrongplace", re.IGNORECASE), _WRONG_PLACE, _NATIVE_HINT),
    (_NATIVE_CLIENT, f"{_GONE}, and this address has lost it already", _NATIVE_HINT),
    (re.compile(r"/oauth2/(v2\.0/)?authorize\b"), _LINK, PASTE_AGAIN),
    (re.compile(r"/devicelogin\b", re.IGNORECASE), _DEVICE, _DEVICE_HINT),
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


def impostor_page(address: str) -> tuple[str, str]:
    """Explain an address that a sign-in passes through without its code, and what to do next.

    Both are empty for any other address.
    """
    return next(((why, hint) for form, why, hint in _PAGES if form.search(address)), ("", ""))


def is_fleeting(redirect_uri: str) -> bool:
    """Tell whether a sign-in's answer would come on a page that moves on by itself."""
    return bool(_NATIVE_CLIENT.search(redirect_uri))
