"""The pieces in a real browser, under our security policy: nothing for axe to find, nothing wider than the screen."""

import http.server
import threading
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from tools.pieces import write

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor/axe.min.js"
CHROMIUM = Path("/usr/bin/chromium")
FACES = ("pieces", "pieces_phone", "404", "500", "refused")
NARROW, WIDE = 375, 1440


class Folder(http.server.SimpleHTTPRequestHandler):
    """Serves the folder with the policy of the real server, and says nothing."""

    def end_headers(self) -> None:
        """Add the policy to every answer."""
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
        policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives)
        self.send_header("Content-Security-Policy", policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture(scope="module")
def browser() -> Browser:
    """A chromium without a network of its own."""
    if not CHROMIUM.exists():
        pytest.skip("not run: chromium is missing, so no page was looked at in a browser")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        yield (launched := playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments))
        launched.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address at which the drawn pages are served."""
    folder = tmp_path_factory.mktemp("pieces")
    write(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Folder, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(params=[NARROW, WIDE], ids="{}px".format)
def page(browser: Browser, request: pytest.FixtureRequest) -> Page:
    """A window of one of the two widths that writes down what the browser complains of."""
    window = browser.new_page(viewport={"width": request.param, "height": 900}, bypass_csp=False)
    window.complaints = []
    window.on("console", lambda message: window.complaints.append(message.text))
    window.on("requestfailed", lambda failed: window.complaints.append(failed.url))
    yield window
    window.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("face", FACES)
def test_axe_finds_nothing_and_nothing_overflows(site: str, page: Page, face: str, language: str, theme: str):
    page.goto(f"{site}/{face}.{language}.{theme}.html")
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    complaints = list(page.complaints)
    found = violations(page)

    assert (found, too_wide, complaints) == ([], 0, [])


@pytest.mark.parametrize("face", ["pieces", "pieces_phone"])
def test_at_320_px_and_in_large_type_nothing_is_cut_off(site: str, browser: Browser, face: str):
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.goto(f"{site}/{face}.en.light.html")
    page.evaluate("document.documentElement.classList.add('large')")

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


def test_without_script_the_folded_menu_opens(site: str, browser: Browser):
    page = browser.new_context(
        java_script_enabled=False, viewport={"width": NARROW, "height": 800}
    ).new_page()
    page.goto(f"{site}/pieces.zh-hans.light.html")
    places = page.locator(".c-nav")
    assert not places.is_visible()

    page.locator(".c-fold > summary").click()

    assert places.is_visible()
    page.context.close()


def test_axe_would_find_a_picture_without_words(site: str, page: Page):
    page.goto(f"{site}/404.en.light.html")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")

    assert [rule for rule, _ in violations(page)] == ["image-alt"]


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Return the rules that the page breaks, each with the places where it does."""
    # Through the debugger, not as a <script>: the policy holds for the page, not for its examiner. Once for both widths.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8") + "; 0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found]
