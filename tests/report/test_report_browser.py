"""The report in a real browser: Debian's Chromium through Playwright; skipped where either is absent."""

import re
import shutil

import pytest
from test_report_page import nasty_facts

from ridgeline.report import render

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium in PATH"),
]

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def show(browser, tmp_path):
    """Open a page; at the end nothing may have been logged, thrown, asked, or requested."""
    seen, contexts = [], []

    def show(html, width=1280, **options):
        place = tmp_path / f"report{len(contexts)}.html"
        place.write_text(html, "utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: seen.append(("console", message.type, message.text)))
        page.on("pageerror", lambda error: seen.append(("error", str(error))))
        page.on("dialog", lambda dialog: (seen.append(("dialog", dialog.message)), dialog.dismiss()))
        page.on("request", lambda request: seen.append(("request", request.url)))
        page.goto(place.as_uri())
        seen.remove(("request", place.as_uri()))
        return page

    yield show
    for context in contexts:
        context.close()
    assert seen == []


def slide(page, to):
    page.evaluate(
        "to => { const s = document.querySelector('#lambda'); s.value = to; s.dispatchEvent(new Event('input')); }", to
    )
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


PARTS = ("curve", "path", "coefficients", "metrics")


@pytest.mark.parametrize("name", ["breast_cancer", "diabetes", "customers", "wide", "lasso"])
def test_the_slider_moves_curve_path_coefficients_and_metrics(name, show, page_of):
    page = show(page_of(name))
    before = {part: page.inner_html(f"#{part}") for part in PARTS}
    text = {part: page.inner_text(f"#{part}") for part in PARTS}
    slide(page, 3)
    for part in PARTS:
        assert page.inner_html(f"#{part}") != before[part]
        assert page.inner_text(f"#{part}") != text[part]


@pytest.mark.parametrize("name", ["breast_cancer", "diabetes", "customers", "lasso", "sparse_classes"])
def test_the_script_writes_what_the_page_was_made_with(name, show, page_of, facts_of):
    """Away and back again: numbers, bars and markers agree between Python and the browser."""
    page = show(page_of(name))
    chosen = facts_of(name)["along"]["index"]["chosen"]
    before = {part: page.inner_text(f"#{part}") for part in ("explore", *PARTS)}
    bars = page.eval_on_selector_all(
        "tr.row rect", "all => all.map(r => [r.getAttribute('x'), r.getAttribute('width')])"
    )
    marks = page.eval_on_selector_all("circle.dot", "all => all.map(c => [c.getAttribute('cx'), c.getAttribute('cy')])")
    words = page.get_attribute("#lambda", "aria-valuetext")
    slide(page, 0)
    slide(page, chosen)
    page.wait_for_timeout(200)
    assert {part: page.inner_text(f"#{part}") for part in before} == before
    assert page.get_attribute("#lambda", "aria-valuetext") == words
    again = page.eval_on_selector_all(
        "tr.row rect", "all => all.map(r => [r.getAttribute('x'), r.getAttribute('width')])"
    )
    for old, new in zip(bars, again, strict=True):
        assert [float(v) for v in new] == pytest.approx([float(v) for v in old], abs=0.02)
    again = page.eval_on_selector_all("circle.dot", "all => all.map(c => [c.getAttribute('cx'), c.getAttribute('cy')])")
    for old, new in zip(marks, again, strict=True):
        assert [float(v) for v in new] == pytest.approx([float(v) for v in old], abs=0.15)


def test_the_slider_tells_the_truth(show, page_of, facts_of):
    page, facts = show(page_of("breast_cancer")), facts_of("breast_cancer")
    along = facts["along"]
    for i in (0, 20, len(along["lams"]) - 1):
        slide(page, i)
        page.wait_for_timeout(200)
        accuracy = page.inner_text('#metrics tr[data-metric="accuracy"] td:nth-of-type(2)')
        assert float(accuracy) == pytest.approx(along["metrics"]["accuracy"]["validation"][i], abs=5e-4)
        cells = [int(page.inner_text(f'#metrics [data-cell="{k}"]')) for k in range(4)]
        assert cells == along["confusion"]["validation"][i]
        k = along["features"].index("worst texture")
        row = page.locator('tr.row[data-label="worst texture"]')
        assert float(row.locator(".std").inner_text().replace("−", "-")) == pytest.approx(
            along["std_coef"][i][k], rel=6e-3
        )
        assert float(row.locator(".coef").inner_text().replace("−", "-")) == pytest.approx(
            along["coef"][i][k], rel=6e-3
        )


def test_the_keyboard_moves_the_slider_which_has_a_name(show, page_of):
    page = show(page_of("breast_cancer"))
    slider = page.get_by_role("slider", name=re.compile("lambda"))
    slider.focus()
    before = slider.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("old => document.querySelector('#lambda').ariaValueText !== old", arg=before)
    page.keyboard.press("Home")
    page.wait_for_function("() => document.querySelector('.zone').textContent.startsWith('underfits')")
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('.zone').textContent.startsWith('overfits')")


def test_rules_are_places_to_jump_to_and_charts_can_be_pressed(show, page_of, facts_of):
    page = show(page_of("breast_cancer"))
    page.get_by_role("button", name="one standard error").click()
    assert int(page.input_value("#lambda")) == facts_of("breast_cancer")["along"]["index"]["1se"]
    box = page.locator("#curve .plot.wide .catch").bounding_box()
    page.mouse.click(box["x"] + 1, box["y"] + 50)
    assert int(page.input_value("#lambda")) == 0
    box = page.locator("#path .plot.wide .catch").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 1, box["y"] + 50)
    assert page.input_value("#lambda") == page.get_attribute("#lambda", "max")


def test_threshold_and_cost_choose_the_confusion_matrix(show, page_of, facts_of):
    page, along = show(page_of("breast_cancer")), facts_of("breast_cancer")["along"]
    i, found = along["index"]["chosen"], along["thresholds"]
    cells = lambda: [int(page.inner_text(f'#metrics [data-cell="{k}"]')) for k in range(4)]  # noqa: E731
    counts = [
        (found["negatives"] - a, a, found["positives"] - h, h)
        for h, a in zip(found["hits"][i], found["alarms"][i], strict=True)
    ]
    page.get_by_label("Predict malignant above").fill("0.2")
    assert cells() == list(counts[19])
    assert page.inner_text("#at") == "0.20"
    assert page.inner_text('[data-rate="recall"]') == f"{100 * counts[19][3] / found['positives']:.1f}%"
    page.get_by_label("A missed malignant costs").fill("10")
    page.get_by_role("button", name="Take the cheapest threshold").click()
    price = [alarms + 10 * missed for _, alarms, missed, _ in counts]
    _, alarms, missed, _ = cells()
    assert alarms + 10 * missed == min(price)
    slide(page, 3)
    t = round(float(page.input_value("#threshold")) * 100) - 1
    assert cells()[3] == found["hits"][3][t], "the threshold stays when λ moves"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["breast_cancer", "diabetes", "customers", "lasso"])
def test_axe_finds_no_serious_violation(name, scheme, browser, page_of, tmp_path):
    """Deque's rules for accessibility. The page's policy forbids other scripts, so it is lifted for axe alone."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    place = tmp_path / "report.html"
    place.write_text(page_of(name), "utf-8")
    with browser.new_context(color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(place.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(v["id"], v["impact"], [n["html"] for n in v["nodes"]]) for v in found] == []


def _labels(page):
    return page.eval_on_selector_all(
        "tr.row", "all => all.filter(r => r.checkVisibility()).map(r => r.querySelector('th').textContent)"
    )


def test_the_table_sorts(show, page_of, facts_of):
    page = show(page_of("breast_cancer"))
    table = facts_of("breast_cancer")["summary"]["coefficients"]
    assert _labels(page) == [row["feature"] for row in table[:15]]
    page.get_by_role("button", name="Feature", exact=True).click()
    names = sorted(row["feature"] for row in table)
    assert _labels(page) == names[:15]
    page.get_by_role("button", name="Feature", exact=True).click()
    assert _labels(page) == names[::-1][:15]
    page.get_by_role("button", name="Unpenalized").click()
    by_size = sorted(table, key=lambda row: -abs(row["unpenalized"]))
    assert _labels(page) == [row["feature"] for row in by_size[:15]]
    assert page.get_attribute("th.unpenalized", "aria-sort") == "descending"


def test_sorting_keeps_levels_together(show, page_of):
    page = show(page_of("customers"))
    page.get_by_role("button", name="Share").click()
    parents = page.eval_on_selector_all("tr.row", "all => all.map(r => r.parentElement.dataset.column)")
    runs = [p for k, p in enumerate(parents) if k == 0 or p != parents[k - 1]]
    assert len(runs) == len(set(runs))


def test_the_table_can_be_searched_and_opened(show, page_of):
    page = show(page_of("breast_cancer"))
    page.get_by_label("Find a feature").fill("TEXTURE")
    assert sorted(_labels(page)) == ["mean texture", "texture error", "worst texture"]
    assert page.inner_text("#found") == "3 of 30"
    page.get_by_label("Find a feature").fill("")
    assert len(_labels(page)) == 15
    page.get_by_role("button", name="Show all 30").click()
    assert len(_labels(page)) == 30


def test_names_from_the_table_do_nothing(show):
    page = show(render(nasty_facts()))
    slide(page, 5)
    page.get_by_label("Find a feature").fill("<script>")
    page.wait_for_timeout(100)
    assert page.evaluate("document.scripts.length") == 2
    assert page.evaluate("document.images.length") == 0


SIZES = [*(("breast_cancer", width) for width in (360, 390, 768, 1280, 1920)), ("nasty", 360), ("nasty", 1280)]


@pytest.mark.parametrize(("name", "width"), SIZES)
def test_nothing_is_wider_than_the_screen(name, width, show, page_of):
    page = show(render(nasty_facts()) if name == "nasty" else page_of(name), width)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#curve .plot:visible").count() == 1


def test_the_table_of_an_l1_fit_fits_a_laptop(show, page_of):
    page = show(page_of("lasso"), 1280)
    assert page.eval_on_selector(".coefficients.wide", "t => t.offsetWidth - t.parentElement.clientWidth") == 0
    heights = page.eval_on_selector_all(".coefficients.wide thead button", "all => all.map(b => b.offsetHeight)")
    assert max(heights) == min(heights), "a name is broken in two"


def test_the_first_screen_holds_verdict_alerts_and_the_table(show, page_of):
    page = show(page_of("breast_cancer"))
    bottom = page.locator("#assessment .cards").first.bounding_box()
    assert bottom["y"] + bottom["height"] <= 900


def test_dark_and_light_have_contrast(show, page_of):
    measure = """() => [...document.querySelectorAll('p, th, td, dt, dd, small, button, a, caption, li')]
        .filter(e => e.checkVisibility() && e.textContent.trim()).map(e => {
        const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(v => (v / 255 <= .03928 ? v / 255 / 12.92
            : ((v / 255 + .055) / 1.055) ** 2.4)); return .2126 * r + .7152 * g + .0722 * b; };
        const clear = e => getComputedStyle(e).backgroundColor === 'rgba(0, 0, 0, 0)';
        let ground = e; while (clear(ground)) ground = ground.parentElement;
        const [a, b] = [light(getComputedStyle(e).color), light(getComputedStyle(ground).backgroundColor)];
        return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), e.className + ' ' + e.textContent.slice(0, 30)]; })
        .sort((a, b) => a[0] - b[0])[0]"""
    for scheme in ("light", "dark"):
        page = show(page_of("breast_cancer"), color_scheme=scheme)
        ratio, where = page.evaluate(measure)
        assert ratio >= 4.5, (scheme, where)


def test_the_largest_page_opens_in_a_second_and_the_slider_keeps_up(show, page_of):
    """At least 30 frames a second: the page's own processor time, which other programs do not lengthen."""
    page = show("<!doctype html><title>empty</title>")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy():
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    before = busy()
    page.set_content(page_of("genes"))
    assert busy() - before < 1.0
    page.get_by_role("button", name="Show all 200").click()
    before, frames = busy(), 60
    page.evaluate(
        """async frames => { const s = document.querySelector('#lambda');
        for (let i = 0; i < frames; i++) { s.value = i; s.dispatchEvent(new Event('input'));
          await new Promise(done => requestAnimationFrame(done)); } }""",
        frames,
    )
    per_frame = (busy() - before) / frames
    assert 0 < per_frame < 1 / 30


def test_print_shows_everything(show, page_of):
    page = show(page_of("breast_cancer"))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(_labels(page)) == 30
    assert page.locator("#assessment table:visible").count() == 9
    assert page.locator("nav:visible, #find:visible, #lambda:visible").count() == 0


def test_a_printed_table_with_every_column_fits_the_paper(show, facts_of):
    facts = facts_of("breast_cancer")
    more = {"low": -12.34, "high": 56.78, "selected": 0.97, "sign_agreement": 1.0}
    rows = [row | more for row in facts["summary"]["coefficients"]]
    page = show(render(facts | {"summary": facts["summary"] | {"coefficients": rows}}), 720)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    wide = "all => all.filter(c => c.checkVisibility() && c.scrollWidth > c.clientWidth + 1).map(c => c.textContent)"
    assert page.eval_on_selector_all("table.coefficients td, table.coefficients th", wide) == []
    assert page.locator("td.interval").first.inner_text() == "−12.34 to 56.78"


def test_without_a_script_the_chosen_model_is_shown(show, page_of):
    page = show(page_of("breast_cancer"), java_script_enabled=False)
    assert page.locator("tr.row:visible").count() == 30
    assert page.locator("#metrics tr[data-metric]").count() == 9
