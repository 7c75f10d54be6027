"""Files of recordings: JSON lines of one request each, and the YAML cassettes of vcrpy."""

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.parity.recording import Recording

_GZIP = b"\x1f\x8b"
_GZIP_IN_BASE64 = "H4sI"
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_file(path: Path) -> list[Recording]:
    """Read one file of either form, by its ending.

    Raises:
        ValueError: It has neither form.
    """
    text = path.read_text(encoding="utf-8")
    read = _cassette if path.suffix in (".yaml", ".yml") else _lines
    try:
        return list(read(text, path.name))
    except (KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise ValueError(f"{path.name} is no recording: {type(error).__name__} {error}") from error


def _lines(text: str, name: str) -> Iterator[Recording]:
    for number, line in enumerate(filter(str.strip, text.splitlines())):
        raw = json.loads(line)
        request, response = raw["request"], raw["response"]
        yield Recording(
            source=str(raw.get("source", name)),
            number=int(raw.get("n", number)),
            method=str(request["method"]).upper(),
            target=str(request.get("path") or request.get("uri") or request.get("url")),
            sent_headers=headers_of(request.get("headers")),
            body=body_of(request.get("body")),
            status=int(response["status"]),
            headers=headers_of(response.get("headers")),
            answer=body_of(response.get("body")),
        )


def _cassette(text: str, name: str) -> Iterator[Recording]:
    raw = yaml.load(text, Loader=_LOADER)
    for number, interaction in enumerate(raw["interactions"]):
        request, response = interaction["request"], interaction["response"]
        yield Recording(
            source=name,
            number=number,
            method=str(request["method"]).upper(),
            target=str(request["uri"]),
            sent_headers=headers_of(request.get("headers")),
            body=body_of(request.get("body")),
            status=int(response["status"]["code"]),
            headers=headers_of(response.get("headers")),
            answer=body_of(response.get("body")),
        )


def headers_of(raw: Mapping[str, object] | None) -> dict[str, str]:
    """Return headers by lower-case name; of several values, what one line would say."""
    return {
        str(name).lower(): ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in (raw or {}).items()
    }


def body_of(raw: object) -> Any:
    """Return a body as JSON; text where it is none, and None where it is empty.

    A recorder keeps a body as JSON, as text, as bytes, under `string` or `base64_string`, and
    packed or not.
    """
    if isinstance(raw, dict) and set(raw) <= {"string", "base64_string", "encoding"}:
        encoded = raw.get("base64_string")
        raw = base64.b64decode(encoded) if isinstance(encoded, str) else raw.get("string")
    if isinstance(raw, str) and raw.startswith(_GZIP_IN_BASE64):
        raw = _unpacked(raw)
    if isinstance(raw, bytes):
        raw = _text(raw)
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except ValueError:
        return raw or None


def _unpacked(text: str) -> str | bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return text


def _text(raw: bytes) -> str:
    if raw.startswith(_GZIP):
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error):
            return raw.decode("latin-1")
    return raw.decode("utf-8", "replace")
