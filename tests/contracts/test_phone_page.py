"""From a voter's phone to the kiosk through the real server: the page in a real browser, the kiosk's own side."""

from __future__ import annotations

import io
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from registration.errors import VoterCanFix
from registration.ports.phone import Handoff, PhoneHandoff
from resources import texts
from server.app import create_app
from server.context import Server, open_server
from server.kiosks.devices import new_enrolment_token
from server.sealing import MasterKey
from server.settings import Settings
from sync import enrol
from sync.http import Http
from sync.phone import HttpPhone
from tests.fakes.sync_store import FakeSyncStore
from tests.fakes.vault import ManualClock

CHROMIUM = shutil.which("chromium") or ""
AXE = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
FIVE = ("sq", "en", "it", "el", "de")
SMALL_PHONE = {"width": 320, "height": 568}

pytestmark = pytest.mark.skipif(not CHROMIUM or not AXE.exists(), reason="needs Chromium and tests/node")


@dataclass
class Place:
    """A running server with an address of its own, and a kiosk enrolled at it."""

    server: Server
    phone: PhoneHandoff
    http: Http
    clock: ManualClock
    seen: list[bytes]
    """Every body and address that reached the server from the phone."""


class Watcher:
    """ASGI layer that writes down all a phone lets the server know."""

    def __init__(self, app: Any, seen: list[bytes]) -> None:
        self.app, self.seen = app, seen

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 1  # one thread, there before the tests begin
        if scope["type"] == "http" and scope["path"].startswith("/h/"):
            self.seen += [scope["path"].encode(), scope["query_string"], *(value for _, value in scope["headers"])]

        async def watched() -> Any:
            message = await receive()
            if scope["type"] == "http" and scope["path"].startswith("/h/"):
                self.seen.append(message.get("body", b""))
            return message

        await self.app(scope, watched, send)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    clock, seen = ManualClock(), list[bytes]()
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = open_server(
        Settings(data=tmp_path_factory.mktemp("server"), public_url=address), MasterKey(bytes(32)), clock
    )
    app = Watcher(create_app(server, beside=False), seen)
    program = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=program.run, kwargs={"sockets": [listener]})
    thread.start()
    with server.store.write() as unit:
        token = new_enrolment_token(unit, server.master)
    first = Http(address)
    enrolment = enrol.enrol(first, FakeSyncStore(), server=address, name="K", token=token)
    first.close()
    http = Http(address, enrolment.token)
    yield Place(server, HttpPhone(lambda: http), http, clock, seen)
    http.close()
    program.should_exit = True
    thread.join()
    server.close()


@pytest.fixture
def place(running: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(texts, "LANGUAGES", FIVE)
    running.clock.move(timedelta(minutes=5))  # the calls of the tests before are forgiven
    running.seen.clear()
    return running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=SMALL_PHONE, has_touch=True, is_mobile=True, locale="en-GB")
    yield context.new_page()
    context.close()


def picture(width: int = 1200, height: int = 900, kind: str = "JPEG") -> bytes:
    """A SPECIMEN of a page: noise, so that it is as large as a photo."""
    made = Image.effect_noise((width, height), 90).convert("RGB")
    out = io.BytesIO()
    made.save(out, kind)
    return out.getvalue()


def choose(page: Page, content: bytes, mime: str = "image/jpeg", name: str = "bill.jpg") -> None:
    page.set_input_files("#file", {"name": name, "mimeType": mime, "buffer": content})


def send(page: Page, url: str, content: bytes, **more: str) -> None:
    page.goto(url)
    choose(page, content, **more)
    page.click("#send")


def test_a_photo_goes_from_the_phone_to_the_kiosk_and_the_server_learns_nothing(place: Place, page: Page) -> None:
    handoff = place.phone.begin("sq")
    photo = picture()
    assert not place.phone.received(handoff)

    send(page, handoff.url, photo)
    expect(page.locator("#done")).to_be_visible()

    assert place.phone.received(handoff)
    assert place.phone.fetch(handoff) == photo
    told = b"\n".join(place.seen)
    key = handoff.url.partition("#")[2].encode()
    assert key
    assert key not in told
    assert handoff.key not in told
    assert photo[200:260] not in told
    assert b"bill" not in told
    assert len(told) > len(photo), "the ciphertext was seen"


def test_a_large_photo_is_made_smaller_and_turned_upright_before_it_is_sent(place: Place, page: Page) -> None:
    handoff = place.phone.begin("en")
    photo = picture(3600, 1800)
    send(page, handoff.url, photo)
    expect(page.locator("#done")).to_be_visible(timeout=20_000)
    came = place.phone.fetch(handoff)
    assert len(came) < len(photo)
    assert Image.open(io.BytesIO(came)).size == (2600, 1300)


def test_a_pdf_is_sent_as_it_is(place: Place, page: Page) -> None:
    handoff = place.phone.begin("en")
    content = b"%PDF-1.7 SPECIMEN" + bytes(1000)
    send(page, handoff.url, content, mime="application/pdf", name="bill.pdf")
    expect(page.locator("#done")).to_be_visible()
    assert place.phone.fetch(handoff) == content


def test_what_is_neither_photo_nor_pdf_is_not_sent(place: Place, page: Page) -> None:
    handoff = place.phone.begin("en")
    page.goto(handoff.url)
    choose(page, b"PK..", mime="application/zip", name="x.zip")
    expect(page.locator("#problem")).to_have_text(texts.text("en", "phone.not_usable"))
    page.click("#again")
    expect(page.locator("#choose")).to_be_visible()


def test_an_address_is_used_once(place: Place, page: Page, browser: Browser) -> None:
    handoff = place.phone.begin("en")
    page.goto(handoff.url)
    choose(page, picture(300, 200))
    other = browser.new_page()
    send(other, handoff.url, picture(310, 200))
    expect(other.locator("#done")).to_be_visible()
    other.close()

    page.click("#send")
    expect(page.locator("#problem")).to_have_text(texts.text("en", "phone.used"))
    page.goto("about:blank")
    page.goto(handoff.url)
    expect(page.locator(".problem")).to_have_text(texts.text("en", "errors.handoff.used"))
    assert Image.open(io.BytesIO(place.phone.fetch(handoff))).size == (310, 200)


def test_an_address_is_over_after_ten_minutes(place: Place, page: Page) -> None:
    handoff = place.phone.begin("en")
    page.goto(handoff.url)
    choose(page, picture(300, 200))
    place.clock.move(timedelta(seconds=handoff.expires_in))

    page.click("#send")
    expect(page.locator("#problem")).to_have_text(texts.text("en", "phone.expired"))
    with pytest.raises(VoterCanFix) as caught:
        place.phone.received(handoff)
    assert caught.value.code == "handoff.expired"
    page.reload()
    expect(page.locator(".problem")).to_have_text(texts.text("en", "errors.handoff.expired"))


def test_a_file_under_another_key_is_refused_by_the_kiosk(place: Place, page: Page) -> None:
    handoff = place.phone.begin("en")
    other = "A" * 43
    send(page, f"{handoff.url.partition('#')[0]}#{other}", picture(300, 200))
    expect(page.locator("#done")).to_be_visible()
    with pytest.raises(VoterCanFix) as caught:
        place.phone.fetch(handoff)
    assert caught.value.code == "handoff.unreadable"
    with pytest.raises(VoterCanFix):
        place.phone.received(handoff)


def test_a_ciphertext_does_not_open_at_another_address(place: Place, page: Page) -> None:
    """Whoever sits at the server cannot move one voter's file into another voter's hand-off, even with its key."""
    handoff = place.phone.begin("en")
    send(page, handoff.url, picture(300, 200))
    expect(page.locator("#done")).to_be_visible()
    moved = Handoff(handoff.handoff_id, handoff.url, "another-token", handoff.key, 600)
    with pytest.raises(VoterCanFix):
        place.phone.fetch(moved)


def test_an_address_without_its_key_says_to_scan_again(place: Place, page: Page) -> None:
    handoff = place.phone.begin("en")
    page.goto(handoff.url.partition("#")[0])
    expect(page.locator("#problem")).to_have_text(texts.text("en", "phone.no_key"))


def test_a_lost_connection_keeps_the_file_for_another_try(place: Place, page: Page) -> None:
    handoff = place.phone.begin("en")
    page.goto(handoff.url)
    choose(page, picture(300, 200))
    page.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#problem")).to_have_text(texts.text("en", "phone.lost"))
    page.context.set_offline(False)
    page.click("#again")
    page.click("#send")
    expect(page.locator("#done")).to_be_visible()
    assert place.phone.fetch(handoff)


def test_a_cancelled_hand_off_takes_nothing(place: Place, page: Page) -> None:
    handoff = place.phone.begin("en")
    page.goto(handoff.url)
    choose(page, picture(300, 200))
    place.phone.cancel(handoff)
    page.click("#send")
    expect(page.locator("#problem")).to_have_text(texts.text("en", "phone.expired"))


def _axe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
    )
    return [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("lang", FIVE)
def test_every_state_fits_a_small_screen_and_is_accessible(place: Place, page: Page, lang: str) -> None:
    handoff = place.phone.begin(lang)
    page.goto(handoff.url)

    def state(name: str) -> None:
        assert _axe(page) == [], name
        assert _fits(page), name

    expect(page.locator("html")).to_have_attribute("lang", lang)
    state("choose")
    page.keyboard.press("Tab")
    choose(page, picture(600, 800))
    expect(page.locator("#check")).to_be_visible()
    state("check")
    page.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#failed")).to_be_visible()
    state("failed")
    page.context.set_offline(False)
    page.click("#again")
    page.click("#send")
    expect(page.locator("#done")).to_be_visible()
    state("done")
    page.reload()
    expect(page.locator(".problem")).to_be_visible()
    state("over")


def test_axe_finds_what_is_wrong(page: Page) -> None:
    """The judge of the test above is no rubber stamp."""
    page.set_content("<html><body><img src=x><input></body></html>")
    assert _axe(page)


def test_the_language_can_be_changed_without_losing_the_key(place: Place, page: Page) -> None:
    handoff = place.phone.begin("sq")
    page.goto(handoff.url)
    page.click("nav a[lang=it]")
    expect(page.locator("html")).to_have_attribute("lang", "it")
    page.wait_for_load_state()  # the script is deferred: only then does it hear of a choice
    choose(page, picture(300, 200))
    page.click("#send")
    expect(page.locator("#done")).to_be_visible()
    assert place.phone.fetch(handoff)


def test_it_works_with_the_keyboard_alone(place: Place, page: Page) -> None:
    handoff = place.phone.begin("en")
    page.goto(handoff.url)
    names = []
    for _ in range(7):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.lang"))
    assert names == [*FIVE, "camera", "file"]
    choose(page, picture(300, 200))
    expect(page.locator("#check-heading")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_be_visible()
