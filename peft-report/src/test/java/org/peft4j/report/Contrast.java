package org.peft4j.report;

/** Expressions of JavaScript that measure contrast as the Web Content Accessibility Guidelines 2 define it. */
final class Contrast {
    private static final String TOOLS = """
            const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
            const rgba = colour => {
              canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
              return [...canvas.getImageData(0, 0, 1, 1).data];
            };
            const luminance = c => {
              const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
              return .2126 * r + .7152 * g + .0722 * b;
            };
            const ground = e => {
              for (let at = e; at; at = at.parentElement) {
                const c = rgba(getComputedStyle(at).backgroundColor);
                if (c[3] > 250) return c;
              }
              return [255, 255, 255, 255];
            };
            const ratio = (a, b) => {
              const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
              return (x + .05) / (y + .05);
            };
            """;

    /** Each text that is seen, with the ratio of its colour to what is behind it. */
    static final String OF_TEXTS = "(() => {" + TOOLS + """
            const found = [];
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let node; (node = walker.nextNode());) {
              const e = node.parentElement;
              if (!node.textContent.trim() || !e.getClientRects().length || e.closest('.out-of-sight, script, .best')) continue;
              const style = getComputedStyle(e);
              const colour = rgba(e.namespaceURI.endsWith('svg') ? style.fill : style.color);
              found.push({text: node.textContent.slice(0, 40), ratio: ratio(colour, ground(e))});
            }
            return found;
            })()""";

    /** Each filled mark of the pictures that are seen. */
    static final String OF_MARKS = "(() => {" + TOOLS + """
            return [...document.querySelectorAll('figure .mark.solid')].filter(m => m.getClientRects().length)
              .map(m => ({at: m.closest('[data-row]')?.dataset.row, ratio: ratio(rgba(getComputedStyle(m).fill), ground(m.closest('figure')))}));
            })()""";

    /** Luminance of the page's ground, 0 to 1. */
    static final String BRIGHTNESS = "(() => {" + TOOLS + "return luminance(ground(document.body)); })()";

    private Contrast() {}
}
