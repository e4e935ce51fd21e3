package org.peft4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page as somebody sees it: in a browser, where there is one. */
class PageTests {
    // A browser that was killed may leave files behind that it is still writing.
    @TempDir(cleanup = CleanupMode.NEVER)
    private static Path directory;

    private static Browser browser;
    private static Path page;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> program = Browser.program();
        if (program.isEmpty()) {
            System.err.println("SKIPPED: no Chromium on the path or in PEFT_BROWSER, so report.html is not looked at");
        }
        Assumptions.assumeTrue(program.isPresent(), "SKIPPED: no browser to look at report.html with");
        page = Files.writeString(directory.resolve("report.html"), HtmlReport.of(SampleReport.report()));
        browser = Browser.start(program.get(), directory.resolve("profile"));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void asFirstSeen() {
        browser.scripts(true);
        browser.open(page, 1200, 900);
        browser.prefersDark(false);
        browser.value("localStorage.clear()");
        browser.open(page, 1200, 900);
    }

    @Test
    void nothingIsFetchedAndNothingIsComplainedOf() {
        browser.click("#theme");
        browser.click("#figures thead th:nth-child(3) button");
        browser.click("label:has(#pb1)");
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requests()).containsExactly(page.toUri().toString());
    }

    @Test
    void aClickOnAHeadingSortsAndAnotherTurnsTheOrder() {
        assertThat(labels())
                .startsWith("LoRA", "QLoRA", "Full fine-tuning")
                .endsWith("Untouched base", "Prompt tuning");
        assertThat(sorted("Held-out loss")).isEqualTo("ascending");
        String memory = heading("Peak memory");
        browser.click(memory);
        assertThat(labels()).startsWith("LLaMA-Adapter", "Prefix tuning", "QLoRA", "LoRA", "Full fine-tuning");
        assertThat(sorted("Peak memory")).isEqualTo("ascending");
        assertThat(sorted("Held-out loss")).as("of the other heading").isEmpty();
        browser.click(memory);
        assertThat(labels()).startsWith("Full fine-tuning", "LoRA");
        assertThat(labels()).as("what has no figure, and what failed").endsWith("Untouched base", "Prompt tuning");
        assertThat(browser.value("document.getElementById('sorted').textContent")
                        .asText())
                .isEqualTo("Sorted by Peak memory MB, descending");
    }

    @Test
    void whatIsBetterWhenHigherComesWithTheHighestFirst() {
        browser.click(heading("Fields carried"));
        assertThat(sorted("Fields carried")).isEqualTo("descending");
        assertThat(labels()).startsWith("LoRA", "QLoRA", "Full fine-tuning", "LLaMA-Adapter");
    }

    @Test
    void aHeadingIsReachedAndPressedByKeyboard() {
        browser.value("document.getElementById('all-figures').focus()");
        browser.press("Tab"); // the region that scrolls
        browser.press("Tab");
        assertThat(browser.value("document.activeElement.textContent").asText()).startsWith("Row");
        browser.press("Enter");
        assertThat(sorted("Row")).isEqualTo("ascending");
        assertThat(labels()).startsWith("Full fine-tuning", "LLaMA-Adapter", "LoRA", "Prefix tuning");
        assertThat(browser.value("getComputedStyle(document.activeElement).outlineStyle")
                        .asText())
                .as("where the focus is, is seen")
                .isNotEqualTo("none");
    }

    @Test
    void allFiguresAreShownWhenAskedFor() {
        String shown = "[...document.querySelectorAll('#figures thead th')].filter(h => h.offsetWidth > 0).length";
        int before = browser.value(shown).intValue();
        browser.click("label.check");
        assertThat(browser.value(shown).intValue()).isEqualTo(20).isGreaterThan(before);
    }

    @Test
    void thePictureOfQualityAgainstCostIsSwitchedByMouseAndKeyboard() {
        assertThat(pictures("#pareto")).containsExactly("Held-out loss against peak memory");
        browser.click("label:has(#pb1)");
        assertThat(pictures("#pareto")).containsExactly("Held-out loss against trained parameters");
        browser.press("ArrowRight");
        assertThat(pictures("#pareto")).containsExactly("Held-out loss against training time");
        browser.click("label:has(#pa1)");
        assertThat(pictures("#pareto")).containsExactly("Fields carried against training time");
    }

    @Test
    void lossCurvesAreSwitched() {
        assertThat(pictures("#curves")).containsExactly("Held-out loss over steps");
        browser.click("label:has(#ca1)");
        browser.click("label:has(#cb1)");
        assertThat(pictures("#curves")).containsExactly("Training loss over training time");
    }

    @Test
    void eachPictureHasATable() {
        assertThat(browser.value(
                                "[...document.querySelectorAll('figure')].every(f => f.nextElementSibling.querySelector('table'))")
                        .asBoolean())
                .isTrue();
        browser.click("section[aria-labelledby=pareto] summary");
        assertThat(browser.value("document.querySelector('section[aria-labelledby=pareto] details table').innerText")
                        .asText())
                .contains("QLoRA\t0.1827 \u00b1 0.0012\t459 \u00b1 1\tyes");
    }

    @Test
    void theSystemsThemeIsTakenAndTheButtonOverridesIt() {
        double light = brightness();
        browser.prefersDark(true);
        assertThat(brightness())
                .as("brightness where the system is dark")
                .isLessThan(0.1)
                .isLessThan(light);
        assertThat(browser.value("document.getElementById('theme').textContent").asText())
                .isEqualTo("Light theme");
        browser.click("#theme");
        assertThat(brightness()).isEqualTo(light);
        browser.open(page, 1200, 900);
        assertThat(brightness()).as("brightness when opened again").isEqualTo(light);
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 360, 768, 1200, 1920})
    void thePageNeverScrollsSideways(int width) {
        browser.open(page, width, 740);
        browser.click("label.check");
        browser.value("document.querySelectorAll('details').forEach(d => d.open = true)");
        assertThat(browser.value("document.documentElement.scrollWidth").intValue())
                .isLessThanOrEqualTo(width);
    }

    @Test
    void onAPhoneEachRowIsACardThatIsSortedByAList() {
        browser.open(page, 360, 740);
        assertThat(browser.value("Math.min(...[...document.querySelectorAll('#figures td')].filter(d => d.offsetWidth)"
                                + ".map(d => parseFloat(getComputedStyle(d).fontSize)))")
                        .doubleValue())
                .isGreaterThanOrEqualTo(13);
        browser.value(
                "(() => { const s = document.getElementById('sort-by'); s.value = [...s.options].find(o => o.text.startsWith('Peak memory')).value;"
                        + " s.dispatchEvent(new Event('change')); })()");
        assertThat(labels()).startsWith("LLaMA-Adapter", "Prefix tuning", "QLoRA");
        assertThat(browser.value("document.querySelector('#figures td').dataset.label")
                        .asText())
                .isEqualTo("Held-out loss (nats/token)");
        assertThat(browser.value("getComputedStyle(document.querySelector('#figures td'), '::before').content")
                        .asText())
                .isNotIn("none", "normal", "");
    }

    @Test
    void whatAModelWroteIsShownAndDoesNothing() {
        assertThat(browser.value("window.hacked === undefined").asBoolean()).isTrue();
        assertThat(browser.value("document.images.length").intValue()).isZero();
        assertThat(browser.value("document.scripts.length").intValue()).isEqualTo(1);
        assertThat(browser.value("[...document.querySelectorAll('.answer p')].map(p => p.textContent)")
                        .toString())
                .contains("</script><script>window.hacked=1</script><img src=x onerror=");
    }

    @Test
    void withoutScriptsTablesPicturesAndSwitchesAreThere() {
        browser.scripts(false);
        browser.open(page, 1200, 900);
        browser.click("label:has(#pb2)");
        assertThat(pictures("#pareto")).containsExactly("Held-out loss against training time");
        assertThat(labels()).startsWith("LoRA", "QLoRA");
        assertThat(browser.value("[...document.querySelectorAll('button')].filter(b => b.offsetWidth > 0).length")
                        .intValue())
                .as("buttons that would do nothing")
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void textStandsOutFromItsGround(boolean dark) {
        browser.prefersDark(dark);
        browser.click("label.check");
        browser.value("document.querySelectorAll('details').forEach(d => d.open = true)");
        JsonNode found = browser.value(Contrast.OF_TEXTS);
        assertThat(found.size()).isGreaterThan(200);
        List<String> faint = new ArrayList<>();
        found.forEach(t -> {
            if (t.path("ratio").doubleValue() < 4.5) {
                faint.add(t.toString());
            }
        });
        assertThat(faint).isEmpty();
        JsonNode marks = browser.value(Contrast.OF_MARKS);
        assertThat(marks.size()).isGreaterThan(5);
        marks.forEach(
                m -> assertThat(m.path("ratio").doubleValue()).as(m.toString()).isGreaterThanOrEqualTo(3));
    }

    @Test
    void namesOfSectionsAndControlsAreThere() {
        assertThat(browser.value("document.documentElement.lang").asText()).isEqualTo("en");
        assertThat(browser.value("document.title").asText()).isEqualTo("Six methods on a small Llama");
        assertThat(browser.value("document.querySelectorAll('h1').length").intValue())
                .isEqualTo(1);
        assertThat(browser.value(
                                "[...document.querySelectorAll('section')].filter(s => !s.ariaLabel && !document.getElementById(s.getAttribute('aria-labelledby'))).length")
                        .intValue())
                .isZero();
        assertThat(browser.value(
                                "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.length - new Set(ids).size; })()")
                        .intValue())
                .as("ids that are there twice")
                .isZero();
    }

    private static List<String> labels() {
        List<String> labels = new ArrayList<>();
        browser.value("[...document.querySelectorAll('#figures tbody th')].map(h => h.dataset.v)")
                .forEach(l -> labels.add(l.asText()));
        return labels;
    }

    private static String heading(String name) {
        int index = browser.value(
                        "[...document.querySelectorAll('#figures thead th')].findIndex(h => h.textContent.startsWith('"
                                + name + "'))")
                .intValue();
        return "#figures thead th:nth-child(" + (index + 1) + ") button";
    }

    private static String sorted(String name) {
        return browser.value(
                        "document.querySelector('" + heading(name) + "').parentElement.getAttribute('aria-sort') || ''")
                .asText();
    }

    /** The pictures that are seen in a section, by the first part of their name. */
    private static List<String> pictures(String heading) {
        List<String> names = new ArrayList<>();
        browser.value(
                        "[...document.querySelectorAll('section:has(" + heading
                                + ") svg.plot')].filter(s => s.getBoundingClientRect().width > 0).map(s => s.getAttribute('aria-label'))")
                .forEach(n -> names.add(n.asText().replaceAll(", .*", "")));
        return names;
    }

    private static double brightness() {
        return browser.value(Contrast.BRIGHTNESS).doubleValue();
    }
}
