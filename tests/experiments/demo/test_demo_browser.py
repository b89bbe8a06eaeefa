"""The views in a real browser: predict and reveal, compare, drag, story, replay, the place."""

import re

import pytest

pytest.importorskip("nicegui", reason="the extra demo is not installed")

from experiments.demo.words import words
from tests.experiments.demo.browsing import MARKS, go, n_of, press, watched
from tests.experiments.demo.rooms import room

pytestmark = MARKS

FULL = room().replications


def button(page, key):
    return page.get_by_role("button", name=words(key), exact=True)


def rank_all(page):
    for card in page.locator(".guess-card").all():
        for rank in card.locator(".rank").all()[:-1]:
            rank.click()


def test_the_first_address_leads_to_a_guess(page):
    page.goto("/")
    page.wait_for_selector(".guess-card")
    assert page.title() == words("shell.brand")


def test_a_guess_comes_before_the_result(page):
    go(page, "predict")
    run = button(page, "predict.commit")
    assert run.is_disabled()
    page.locator(".guess-card .rank").first.click()
    page.wait_for_selector(".rank[aria-pressed=true]")
    press(page, "Enter")
    assert run.is_disabled(), "a guess that is not whole can be run"
    assert page.locator(".figures").count() == 0, "the result is on the page before the guess"
    page.locator(".guess-card .rank").first.click()
    page.wait_for_selector(".rank[aria-pressed=true]", state="detached")
    rank_all(page)
    run.click()
    page.wait_for_selector(".figures tbody tr")
    assert page.locator(".score").count() == 3
    assert n_of(page) == FULL


def test_a_curve_is_drawn_and_scored(page):
    go(page, "a curve to draw")
    sheet = page.locator(".plot.drawable")
    box = sheet.bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + box["height"] / 3, steps=5)
    page.mouse.up()
    button(page, "predict.commit").click()
    page.wait_for_selector(".score")
    page.wait_for_selector(".plot .guess", state="attached")
    assert n_of(page) == FULL


def test_policies_side_by_side_with_a_further_one(page):
    go(page, "compare")
    before = page.locator(".figures tbody tr.paired").count()
    page.get_by_label(words("compare.fourth")).select_option("firmer")
    page.wait_for_function(
        f"document.querySelectorAll('.figures tbody tr.paired').length > {before}"
    )
    assert before == 3 * 3 and page.locator(".figures tbody tr.paired").count() == 3 * 6
    assert "fourth=firmer" in page.url
    assert "Firmer" in page.locator(".figures").first.inner_text()
    assert n_of(page) == FULL


def test_a_dragged_slider_is_quick_and_then_full(page):
    page.goto("/sliders?policy=balanced&only=handling.generosity")
    page.wait_for_selector(".badge.full")
    page.evaluate(
        """() => {
          window.seen = [];
          const facts = [...document.querySelectorAll('.live')].find(
            (one) => one.textContent.includes('n = '));
          new MutationObserver(() => window.seen.push(facts.textContent)).observe(
            facts, { childList: true, characterData: true, subtree: true });
        }"""
    )
    figures = page.locator(".figures").first
    before = figures.inner_text()
    bar = page.get_by_role("slider", name="Generosity")
    box = bar.bounding_box()
    middle = box["y"] + box["height"] / 2
    share = float(bar.input_value())
    page.mouse.move(box["x"] + 8 + share * (box["width"] - 16), middle)
    page.mouse.down()
    for step in range(1, 21):
        page.mouse.move(box["x"] + step * box["width"] / 21, middle)
    badge = page.locator(".badge")
    page.wait_for_function(
        f"document.querySelector('.badge').textContent === {words('sliders.quick')!r}"
    )
    assert "full" not in badge.get_attribute("class").split()
    assert 0 < n_of(page) < FULL, "what is quick says how few replications it is of"
    page.wait_for_function("document.querySelector('.figures').innerText !== " + repr(before))
    page.mouse.up()
    page.wait_for_selector(".badge.full")
    page.wait_for_function("location.search.includes('handling.generosity=')")
    assert n_of(page) == FULL
    seen = page.evaluate("window.seen")
    assert seen and all(re.search(r"n = \d+", said) for said in seen), "n is always shown"


def test_a_slider_is_moved_by_the_keyboard(page):
    page.goto("/sliders?only=handling.generosity")
    page.wait_for_selector(".badge.full")
    bar = page.get_by_role("slider", name="Generosity")
    before = bar.input_value()
    bar.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('generosity=')")
    assert float(bar.input_value()) < float(before)


def test_a_story_is_stepped_played_and_taken_back(page):
    go(page, "story")
    button(page, "story.start").click()
    page.wait_for_function("document.querySelectorAll('.turn').length === 1")
    gauges = page.locator(".gauges")
    first = gauges.inner_text()
    button(page, "story.next").click()
    page.wait_for_function("document.querySelectorAll('.turn').length === 2")
    assert gauges.inner_text() != first, "a turn changes nothing"
    press(page, "ArrowLeft")
    page.wait_for_function("document.querySelectorAll('.turn').length === 1")
    assert gauges.inner_text() == first
    press(page, "Space")
    page.wait_for_function("document.querySelectorAll('.turn').length > 2")
    for party in ("customer", "rep", "employer"):
        assert words(f"story.{party}") in page.locator("main").inner_text()


def test_a_link_to_a_story_brings_it_back(page, browser, server):
    go(page, "story")
    page.wait_for_function("location.search.includes('contact=')")
    press(page, "Home")
    page.wait_for_function("document.querySelectorAll('.turn').length === 1")
    said = page.locator(".turn").first.inner_text()
    with watched(browser, server.address) as fresh:
        fresh.goto(page.url)
        fresh.wait_for_selector(".turn")
        press(fresh, "Home")
        fresh.wait_for_function("document.querySelectorAll('.turn').length === 1")
        assert fresh.locator(".turn").first.inner_text() == said


def test_a_replay_marks_where_two_conversations_part_and_its_link_brings_both_back(
    page, browser, server
):
    page.goto("/replay?kind=escalation&policy=strict-boundaries&other=always-right")
    page.wait_for_selector(".turn.parts")
    page.wait_for_function("location.search.includes('contact=')")
    columns = page.locator(".talk")
    assert columns.count() == 2
    for place in range(2):
        assert columns.nth(place).locator(".turn.parts").count() == 1
    parted = [columns.nth(place).locator(".turn.parts").inner_text() for place in range(2)]
    assert parted[0] != parted[1], "they are marked where they do not part"
    told = page.locator(".talks").inner_text()
    with watched(browser, server.address) as fresh:
        fresh.goto(page.url)
        fresh.wait_for_selector(".turn.parts")
        assert fresh.locator(".talks").inner_text() == told


def drawn(page):
    return page.evaluate("document.querySelector('.floor canvas').toDataURL()")


def day_of(page):
    return int(re.search(r"\d+", page.locator("b.live").inner_text())[0])


def test_the_place_is_stepped_played_and_paused(page):
    go(page, "place")
    page.wait_for_function("/\\d/.test(document.querySelector('b.live').textContent)")
    day, picture = day_of(page), drawn(page)
    button(page, "place.step").click()
    page.wait_for_function(f"document.querySelector('b.live').textContent.includes('{day + 1}')")
    assert drawn(page) != picture, "a day changes nothing that is seen"
    speed = page.get_by_role("slider", name=words("place.speed"))
    speed.press("End")
    page.wait_for_function("document.querySelector('.slider output').textContent === '10'")
    button(page, "story.play").click()
    page.wait_for_function(
        f"Number(/\\d+/.exec(document.querySelector('b.live').textContent)) > {day + 3}"
    )
    button(page, "story.pause").click()
    button(page, "story.play").wait_for()
    page.wait_for_timeout(300)  # a day that was under way
    stopped = day_of(page)
    page.wait_for_timeout(500)
    assert day_of(page) == stopped, "it goes on when it is paused"
