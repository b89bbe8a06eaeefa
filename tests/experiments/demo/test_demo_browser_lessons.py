"""A lesson by keyboard alone, the look that is kept, wrong links, and what is taken home."""

import re

import pytest

pytest.importorskip("nicegui", reason="the extra demo is not installed")

from experiments.demo.lessons import load_lesson
from experiments.demo.page.views.info import SECTIONS
from experiments.demo.words import words
from tests.experiments.demo.browsing import MARKS, VIEWS, go, press

pytestmark = MARKS

LARGEST_HAND_OUT = 1_000_000
"""Bytes."""


PLACE = """() => [
  document.querySelector('.lesson-step [role=status]')?.textContent || '',
  [...document.querySelectorAll('.live')].map((one) => one.textContent)
    .find((text) => text.startsWith('turn ')) || '',
]"""


def place_in(page):
    """Return the step, and the turn of a story beside it: both of one moment."""
    return tuple(page.evaluate(PLACE))


def tab_to(page, key):
    """Press Tab until a button with that text is in focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if focused == words(key):
            return
    pytest.fail(f"Tab does not come to {words(key)}")


def walk(page, key, end):
    """Press a key until a step is reached; return the steps' headings on the way."""
    seen = [page.locator(".lesson-step h1").inner_text()]
    for _ in range(200):
        before = place_in(page)
        if before[0] == end:
            return seen
        page.keyboard.press(key)
        for _ in range(200):
            if place_in(page) != before:
                break
            page.wait_for_timeout(50)
        heading = page.locator(".lesson-step h1").inner_text()
        seen += [heading] if heading != seen[-1] else []
    pytest.fail(f"{key} does not lead to {end}: {seen}")


def test_a_lesson_from_the_list_to_its_end_and_back_by_keyboard_alone(page):
    script = load_lesson("angry-customer")
    headings = [step.title for step in script.step]

    def step(number):
        return words("lesson.step", title=script.title, step=number, steps=len(headings))

    go(page, "lessons")
    tab_to(page, "lessons.open")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lesson-step h1")
    assert place_in(page)[0] == step(1)
    assert walk(page, "PageDown", step(len(headings))) == headings
    assert walk(page, "PageUp", step(1)) == headings[::-1]


def test_a_class_predicts_in_a_lesson_by_keyboard_alone(page):
    page.goto("/lesson?name=who-pays-for-always-right&step=2")
    page.wait_for_selector(".guess-card")
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "() => { const at = document.activeElement;"
            " return at.classList.contains('rank') && at.getAttribute('aria-pressed') }"
        )
        if name == "false":
            pressed = page.locator(".rank[aria-pressed=true]").count()
            page.keyboard.press("Enter")
            page.wait_for_function(
                f"document.querySelectorAll('.rank[aria-pressed=true]').length > {pressed}"
            )
        if page.locator(".rank[aria-pressed=false]").count() == 0:
            break
    tab_to(page, "predict.commit")
    page.keyboard.press("Enter")
    page.wait_for_selector(".score")
    assert page.locator(".score").count() == 3


def test_the_digits_lead_to_the_views(page):
    go(page, "info")
    for place, there in (("2", ".figures"), ("7", ".card"), ("1", ".guess-card"), ("?", ".prose")):
        press(page, place)
        page.wait_for_selector(there)


def test_the_info_has_all_sections(page):
    go(page, "info")
    headings = page.locator("h2").all_inner_texts()
    wanted = [words(f"info.{name}.title") for name in SECTIONS]
    assert [heading for heading in headings if heading in wanted] == wanted


def test_dark_and_large_are_kept(page):
    go(page, "info", look="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    light, small = page.evaluate(ground), page.evaluate(size)
    press(page, "d")
    press(page, "t")
    page.wait_for_function(f"{size} > {small}")
    go(page, "lessons")
    page.wait_for_function(f"{ground} !== {light!r} && {size} > {small}")
    pressed = page.locator("[data-look][aria-pressed=true]")
    pressed.first.wait_for()
    assert pressed.count() == 2


def test_a_link_can_ask_for_dark_and_large(page):
    go(page, "info", look="dark", type="large")
    page.wait_for_selector("html.dark.large")


def test_a_wrong_link_is_told_and_not_followed(page):
    page.goto("/sliders?handling.generosity=7")
    page.wait_for_selector("[role=alert]")
    assert "0 to 1" in page.locator("[role=alert]").inner_text()
    assert page.locator(".badge").count() == 0
    page.get_by_role("button", name=words("compare.tab")).click()
    page.wait_for_selector(".figures tbody tr")
    assert page.locator("[role=alert]").count() == 0, "it is still told where all is well"


def taken(page, path):
    with page.expect_download() as download:
        page.get_by_role("button", name=words("shell.hand_out")).click()
    download.value.save_as(path)
    assert path.stat().st_size < LARGEST_HAND_OUT
    return path


@pytest.fixture
def at_home(browser):
    """Return a page of a browser with no network at all, which must complain of nothing."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 720})
    complaints, asked = [], []
    context.on("console", lambda said: complaints.append(said.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("request", lambda request: asked.append(request.url))
    yield context.new_page()
    context.close()
    assert complaints == []
    assert all(url.startswith(("file:", "data:")) for url in asked), asked


def test_the_hand_out_of_a_view_opens_from_disk_with_its_slider(page, at_home, tmp_path):
    page.goto("/sliders?only=handling.generosity")
    page.wait_for_selector(".badge.full")
    at_home.goto(taken(page, tmp_path / "view.html").as_uri())
    table = at_home.locator("table").first
    plots = at_home.locator(".plot svg")
    assert plots.count() == 3
    shown = {}
    for key in ("Home", "End"):
        at_home.locator("input[type=range]").press(key)
        shown[key] = table.inner_text(), plots.first.inner_html()
    assert shown["Home"][0] != shown["End"][0], "the slider does not move the table"
    assert shown["Home"][1] != shown["End"][1], "the slider does not move the plot"
    assert re.search(r"\bn = \d+|\d+ replications", at_home.locator("body").inner_text())


def test_the_hand_out_of_a_lesson_opens_from_disk_with_its_slider(page, at_home, tmp_path):
    script = load_lesson("sweet-spot")
    page.goto("/lesson?name=sweet-spot&step=1")
    page.wait_for_selector(".lesson-step h1")
    at_home.goto(taken(page, tmp_path / "lesson.html").as_uri())
    text = at_home.locator("body").inner_text()
    assert all(step.title in text for step in script.step)
    section = at_home.locator("section", has=at_home.locator("input[type=range]")).first
    shown = []
    for key in ("Home", "End"):
        section.locator("input[type=range]").press(key)
        shown.append(section.locator("table").first.inner_text())
    assert shown[0] != shown[1], "the slider does not move the table"


@pytest.mark.parametrize("view", ["compare", "story", "info"])
def test_a_view_is_printed_to_pdf(page, view):
    go(page, view)
    page.wait_for_timeout(200)  # plots are drawn after their figures
    found = page.pdf()
    assert found.startswith(b"%PDF") and found.count(b"/Type /Page\n") + found.count(
        b"/Type /Page "
    )
    page.emulate_media(media="print")
    assert page.locator(VIEWS[view][1]).first.is_visible()


def test_what_is_printed_is_light_and_says_n(page):
    go(page, "compare", look="dark")
    page.emulate_media(media="print")
    assert page.locator(".live", has_text="n = ").is_visible()
    assert page.get_by_label(words("compare.fourth")).is_hidden()
    ground = "getComputedStyle(document.body).backgroundColor"
    page.evaluate(
        f"addEventListener('beforeprint', () => {{ window.paper = {ground}; }}, {{ once: true }})"
    )
    page.pdf()
    assert page.evaluate("window.paper") == "rgb(255, 255, 255)"
    page.wait_for_selector("html.dark")


def test_a_hand_out_is_printed_to_pdf(page, at_home, tmp_path):
    page.goto("/sliders?only=handling.generosity")
    page.wait_for_selector(".badge.full")
    at_home.goto(taken(page, tmp_path / "view.html").as_uri())
    blank = len(at_home.context.new_page().pdf())
    assert len(at_home.pdf()) > 2 * blank, "what is printed is empty"
