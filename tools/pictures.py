"""Takes the README's pictures from a running demo: ``python -m tools.pictures http://127.0.0.1:8000 JOIN-ADDRESS``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, ViewportSize, sync_playwright

from niangjia.cli.demo.world import PASSWORD

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
LANGUAGES = {"zh-hans": "", "en": ".en"}
PHONE: ViewportSize = {"width": 390, "height": 780}
PAGES = {
    "clerk.city": {
        "queue": "/console/joining/",
        "rosters": "/console/intake/",
        "duplicates": "/console/duplicates/",
    },
    "leader.city": {"board": "/console/board/"},
}
DESK: ViewportSize = {"width": 1280, "height": 800}


def main(site: str, join: str) -> None:
    """Walk to each page in both languages, and take its picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for language, suffix in LANGUAGES.items():
            phone = browser.new_context(viewport=PHONE, device_scale_factor=2)
            _take(phone.new_page(), join, f"landing{suffix}", language)
        for who, pages in PAGES.items():
            page = _signed_in(browser.new_context(viewport=DESK), site, who)
            for name, path in pages.items():
                for language, suffix in LANGUAGES.items():
                    _take(page, site + path, name + suffix, language)
        browser.close()


def _signed_in(context: BrowserContext, site: str, who: str) -> Page:
    page = context.new_page()
    page.goto(f"{site}/accounts/login/")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.fill("input[name=code]", _code(who))
    page.click("main button[type=submit]")
    return page


def _code(who: str) -> str:
    command = [sys.executable, "-m", "niangjia.config.command", "demo", "code", who]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def _take(page: Page, address: str, name: str, language: str) -> None:
    page.context.add_cookies([{"name": "language", "value": language, "url": address}])
    page.goto(address)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main(*sys.argv[1:3])
