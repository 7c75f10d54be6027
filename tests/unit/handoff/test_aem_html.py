"""AEM's worksheet as a page: complete, hostile values escaped, read back to the letter."""

import dataclasses
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from provision.errors import SinkFailed
from provision.handoff.aem_forms import AemFormsSink
from provision.handoff.aem_places import AemPlace
from provision.handoff.port import Handover
from tests.unit.handoff.values import MemoryPlace, make_handover, make_registration

PLACES = (AemPlace("email-service"), AemPlace("form-workflow"), AemPlace("endpoint", "<b>Bills"))
HOSTILE = "</script><script>alert('&amp;\"')</script>"


def sink_at(place: MemoryPlace, *, with_secrets: bool = True) -> AemFormsSink:
    return AemFormsSink(place, with_secrets=with_secrets, places=PLACES, is_html=True)


def page(handover: Handover, *, with_secrets: bool = True) -> str:
    place = MemoryPlace()
    sink_at(place, with_secrets=with_secrets).keep(handover)
    return str(place.text)


class Reader(HTMLParser):
    """Collects elements, what their attributes are worth, and the texts of `code`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.codes: list[tuple[bool, str]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "code":
            self.codes.append((("hidden", None) in attrs, ""))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.tags[-1:] == ["code"] and self.codes[-1][1] == "":
            self.codes[-1] = (self.codes[-1][0], data)


def test_the_page_needs_nothing_but_itself() -> None:
    read = Reader(page(make_handover()))

    assert not {"link", "img", "iframe", "form", "object"} & set(read.tags)
    assert not {"src", "href", "action"} & {name for name, _ in read.attributes}
    assert "default-src 'none'" in dict(read.attributes)["content"] or any(
        "default-src 'none'" in value for _, value in read.attributes
    )


def test_nothing_is_stored_by_the_page() -> None:
    text = page(make_handover())

    assert "localStorage" not in text
    assert "sessionStorage" not in text
    assert "cookie" not in text


def test_each_place_has_its_own_copy_of_every_credential_to_take() -> None:
    read = Reader(page(make_handover()))

    assert read.codes.count((True, "s3~cr.et_")) == len(PLACES)
    assert read.codes.count((True, "1.AXrefresh")) == len(PLACES)
    assert read.codes.count((False, "c-1")) == len(PLACES)
    assert read.attributes.count(("aria-label", "Copy Refresh Token")) == len(PLACES)


def test_each_place_says_when_its_copy_dies() -> None:
    assert page(make_handover()).count("dies on <time>2026-05-01</time>") == len(PLACES)


def test_without_the_flag_no_secret_is_in_the_page() -> None:
    text = page(make_handover(), with_secrets=False)
    read = Reader(text)

    assert "s3~cr.et_" not in text
    assert "1.AXrefresh" not in text
    assert ("aria-label", "Copy Refresh Token") not in read.attributes
    assert "provision handoff --with-secrets" in text


def test_what_is_chosen_or_left_empty_has_nothing_to_copy() -> None:
    copied = {v for name, v in Reader(page(make_handover())).attributes if name == "aria-label"}

    assert "Copy SMTP Host" in copied
    assert not {"Copy SMTP Password", "Copy POP3/IMAP", "Copy Description"} & copied


@pytest.mark.parametrize("field", ["secret", "token"])
def test_a_hostile_value_is_shown_and_never_run(field: str) -> None:
    hostile = Reader(page(make_handover(**{field: HOSTILE})))  # type: ignore[arg-type]  # by name
    harmless = Reader(page(make_handover()))

    assert hostile.tags == harmless.tags
    assert hostile.codes.count((True, HOSTILE)) == len(PLACES)


def test_hostile_names_are_shown_and_never_run() -> None:
    registration = dataclasses.replace(make_registration(), unique_name=HOSTILE)
    text = page(make_handover(registration=registration))

    assert Reader(text).tags == Reader(page(make_handover())).tags
    assert "E-mail endpoint <b>Bills" in "".join(Reader(text).texts)


@pytest.mark.parametrize("secret", ["s3~cr.et_", HOSTILE, "(brackets)", "ünï"])
def test_a_page_is_read_back_to_the_letter(secret: str) -> None:
    place = MemoryPlace()
    sink_at(place).keep(make_handover(secret=secret))
    before = str(place.text)

    sink_at(place).keep(make_handover(secret=None, token=None))

    assert place.text == before
    assert sink_at(place).held_key_id() == "key-1"


def test_a_page_without_secrets_holds_none() -> None:
    place = MemoryPlace(page(make_handover(), with_secrets=False))

    assert sink_at(place).held_key_id() is None
    assert sink_at(place).clear("c-1")
    assert place.text is None


def test_another_applications_page_is_left_alone() -> None:
    place = MemoryPlace(page(make_handover()))

    assert not sink_at(place).clear("c-2")
    assert place.text is not None


def test_a_text_becomes_a_page_and_keeps_its_token() -> None:
    place = MemoryPlace()
    AemFormsSink(place, with_secrets=True, places=PLACES).keep(make_handover())

    sink_at(place).keep(make_handover(token=None, secret=None))

    assert place.text == page(make_handover())


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "<!doctype html><p>Dear diary",
        lambda text: text.replace('"version": 1', '"version": 2'),
        lambda text: re.sub(r'("handed-over">).*', r"\1{</script>", text),
        lambda text: text.replace('"clientId"', '"client"'),
    ],
    ids=["no page of ours", "another version", "no JSON", "a member is missing"],
)
def test_a_page_that_is_not_ours_or_damaged_is_not_replaced(
    damage: Callable[[str], str],
) -> None:
    place = MemoryPlace(damage(page(make_handover())))

    with pytest.raises(SinkFailed, match="is not a worksheet of provision"):
        sink_at(place).prepare()


def test_the_data_of_a_page_is_the_json_hand_off() -> None:
    found = re.search(r'id="handed-over">(.*?)</script>', page(make_handover()))

    assert found is not None
    assert json.loads(found[1])["generation"] == 3
