"""The page at `/`, as a browser has it: read-only, loaded from nowhere else, and every string of it only text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .builders import Estate, Json, Service, interaction, lines, requested, served

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
HOSTILE = "<script>document.title='x'</script><img src=//evil.example/x onerror=alert(1)>\"'>&amp;\x1b[31m\u202e"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium or google-chrome on this machine")


@dataclass
class Seen:
    """A page in a browser, with everything that it asked for and complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def texts(self, selector: str) -> list[str]:
        return [" ".join(each.split()) for each in self.page.locator(selector).all_inner_texts()]

    def bars(self) -> dict[str, Json]:
        """Of each export where its bar is, as parts of the time that the line shows, and what it looks like."""
        return self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('rect.bar')].map(bar => {
                const from = 284, whole = 1080 - 12 - from
                const at = name => bar[name].baseVal.value
                return [bar.dataset.export, {
                    start: (at('x') - from) / whole, end: (at('x') + at('width') - from) / whole,
                    lane: at('y'), look: bar.classList[1], title: bar.querySelector('title').textContent,
                }]
            }))"""
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def seen(browser: Browser, service: Service) -> Iterator[Seen]:
    with opened(browser, service) as shown:
        yield shown


@contextmanager
def opened(browser: Browser, service: Service) -> Iterator[Seen]:
    """An empty window: the test goes to the page when it has made what is to be seen there."""
    page = browser.new_page()
    shown = Seen(page)
    page.on("request", lambda request: shown.asked.append(request.url))
    page.on("console", lambda message: shown.complaints.append(message.text))
    page.on("pageerror", lambda error: shown.complaints.append(str(error)))
    yield shown
    page.close()
    assert all(url.startswith(service.url) for url in shown.asked)
    assert shown.complaints == []


def test_an_empty_catalogue_says_so(seen: Seen, service: Service) -> None:
    seen.page.goto(service.url)
    assert "Nothing has been asked for yet" in seen.text(".notice")
    assert seen.texts(".counts b") == ["0"] * 6
    assert seen.page.locator("svg, table, dl").count() == 0


def test_exports_are_counted_by_state_and_listed_with_sizes_and_records(
    estate: Estate, seen: Seen, service: Service
) -> None:
    estate.request("run", "run", status="RUNNING")
    estate.request("done", "done")
    estate.request("bad", "bad", status="FAILED", reason="no consent on file")
    estate.fetched(estate.request("here", "here"), b"x" * 1500)
    estate.normalised(estate.request("table", "table"), lines(interaction(), interaction("i-2")))
    seen.page.goto(service.url)
    assert seen.texts(".counts li") == [
        "1 under way", "1 completed", "1 fetched", "1 normalised", "1 failed", "0 damaged",
    ]  # fmt: skip
    rows = seen.texts("tbody tr")
    assert len(rows) == 5
    assert "DataExport/table" in rows[0]
    assert rows[0].endswith(" 2")
    assert "1.5 kB" in rows[1]
    assert "RUNNING" in rows[4]
    assert "2026-09-01 to 2026-10-01" in rows[4]
    assert seen.texts("dl.failures dd") == ["no consent on file"]


def test_a_bar_is_where_its_window_is_and_looks_like_its_state(estate: Estate, seen: Seen, service: Service) -> None:
    """One hundred days: the first ten, the last fifty, and one that overlaps with it."""
    estate.request("a", "parts", window=("2026-01-01T00:00:00.000Z", "2026-01-11T00:00:00.000Z"), part=1, parts=2)
    estate.request(
        "b", "parts", window=("2026-02-20T00:00:00.000Z", "2026-04-11T00:00:00.000Z"), part=2, parts=2, status="FAILED"
    )
    estate.request("c", "parts", window=("2026-03-02T00:00:00.000Z", "2026-03-12T00:00:00.000Z"), status="RUNNING")
    seen.page.goto(service.url)
    bars = seen.bars()
    places = {name: (round(bar["start"], 3), round(bar["end"], 3)) for name, bar in bars.items()}
    assert places == {"a": (0, 0.1), "b": (0.5, 1), "c": (0.6, 0.7)}
    assert {name: bar["look"] for name, bar in bars.items()} == {"a": "completed", "b": "failed", "c": "under-way"}
    assert bars["a"]["lane"] == bars["b"]["lane"] < bars["c"]["lane"]
    assert bars["a"]["title"] == "DataExport/parts 1/2, completed: 2026-01-01 to 2026-01-11"
    ticks = seen.page.locator("text.tick").all_text_contents()
    assert ticks[:3] == ["1 Jan 2026", "15 Jan 2026", "29 Jan 2026"]


def test_hostile_strings_are_only_text(estate: Estate, seen: Seen, service: Service) -> None:
    estate.request(HOSTILE.replace("//", ""), "bad", status="FAILED", reason=HOSTILE)
    estate.request("run", "run", status=HOSTILE)
    (estate.exports / HOSTILE.replace("/", "")).mkdir(parents=True)
    (estate.exports / HOSTILE.replace("/", "") / "report.json").write_bytes(b"{")
    seen.page.goto(service.url)
    assert seen.page.title() == "Export catalogue"
    assert seen.page.locator("script, img, iframe, object, [onerror]").count() == 0
    assert "<script>document.title='x'</script>" in seen.text("dl.failures")
    content = seen.page.content()
    assert "\x1b" not in content
    assert "\u202e" not in content
    assert "\\x1b[31m\\u202e" in content


def test_a_thousand_exports_are_cut_with_a_note(estate: Estate, browser: Browser) -> None:
    many = [requested(f"e-{each}", f"n{each}", asked=1e9 + each, status="FAILED") for each in range(1000)]
    with served(replace(estate.ports(), requests=lambda: many)) as service, opened(browser, service) as seen:
        seen.page.goto(service.url)
        assert seen.page.locator("tbody tr").count() == 250
        assert seen.page.locator("rect.bar").count() == 60
        assert "The newest 250 of 1,000" in seen.text("section[aria-labelledby=exports] > p")
        assert "The newest 50 of 1,000" in seen.text("section[aria-labelledby=failures] > p")
        assert "940 older windows" in seen.text("section[aria-labelledby=windows] > p")
        assert seen.text("tbody th").startswith("DataExport/n999")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_what_is_behind_it(estate: Estate, seen: Seen, service: Service, scheme: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for what tells states apart."""
    seen.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    seen.page.goto(service.url)
    ratios = seen.page.evaluate(
        """() => {
            const style = getComputedStyle(document.documentElement)
            const light = name => {
                const hex = style.getPropertyValue('--' + name).trim()
                const [r, g, b] = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16) / 255)
                    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                return 0.2126 * r + 0.7152 * g + 0.0722 * b
            }
            const ratio = (one, other) => {
                const [low, high] = [light(one), light(other)].sort((a, b) => a - b)
                return (high + 0.05) / (low + 0.05)
            }
            const grounds = ['paper', 'ground', 'stripe']
            const states = ['under-way', 'completed', 'fetched', 'normalised', 'failed', 'damaged']
            return {
                text: Math.min(...['ink', 'faint'].flatMap(ink => grounds.map(on => ratio(ink, on)))),
                states: Math.min(...states.map(state => ratio(state, 'paper'))),
            }
        }"""
    )
    assert ratios["text"] >= 4.5
    assert ratios["states"] >= 3
