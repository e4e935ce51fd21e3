package org.peft4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Shows examples by alternating stretches, each headed by whether it is trained on. */
final class Preview {
    private static final String MASKED = "  masked  | ";
    private static final String TRAINED = "  trained | ";
    private static final String MORE = "          | ";
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";
    private static final String GAP = " ... ";
    private static final int MOST_STRETCHES = 8;

    private final Tokenizing tokenizer;
    private final PreviewStyle style;

    Preview(Tokenizing tokenizer, PreviewStyle style) {
        this.tokenizer = tokenizer;
        this.style = style;
    }

    String of(List<Example> examples) {
        StringBuilder out = new StringBuilder();
        examples.forEach(e -> add(e, out));
        return out.toString();
    }

    private void add(Example example, StringBuilder out) {
        String counts = ", " + example.length() + " tokens, " + example.targetCount() + " trained on";
        String at = DataProblems.visible(example.row().at().toString());
        int room = Math.max(10, style.width() - counts.length());
        out.append(at.length() > room ? "..." + at.substring(at.length() - room + 3) : at)
                .append(counts)
                .append('\n');
        int stretches = 0;
        for (int from = 0; from < example.length(); ) {
            int to = from + 1;
            while (to < example.length() && example.targets()[to] == example.targets()[from]) {
                to++;
            }
            if (++stretches > MOST_STRETCHES) {
                out.append(MORE).append("... ").append(example.length() - from).append(" more tokens\n");
                return;
            }
            stretch(text(Arrays.copyOfRange(example.tokens(), from, to)), example.targets()[from], out);
            from = to;
        }
    }

    private void stretch(String text, boolean trained, StringBuilder out) {
        String head = trained ? TRAINED : MASKED;
        boolean dim = style.ansi() && !trained;
        for (String line : lines(text)) {
            out.append(dim ? DIM : "")
                    .append(head)
                    .append(line)
                    .append(dim ? PLAIN : "")
                    .append('\n');
            head = MORE;
        }
    }

    /** Wrapped at the width; what is too much is taken from the middle, since both ends matter. */
    private List<String> lines(String text) {
        int room = style.width() - MORE.length();
        int[] all = text.codePoints().toArray();
        int most = room * style.linesEach();
        if (all.length > most) {
            int tail = (most - GAP.length()) / 2;
            int head = most - GAP.length() - tail;
            String kept = new String(all, 0, head) + GAP + new String(all, all.length - tail, tail);
            all = kept.codePoints().toArray();
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < Math.max(1, all.length); i += room) {
            lines.add(new String(all, i, Math.min(room, all.length - i)));
        }
        return lines;
    }

    /** Runs of ordinary tokens are decoded together, begin and end tokens are written out. */
    private String text(int[] ids) {
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int i = 0; i <= ids.length; i++) {
            boolean special = i < ids.length
                    && (ids[i] == tokenizer.bosId() || tokenizer.eosIds().contains(ids[i]));
            if (i == ids.length || special) {
                if (i > from) {
                    out.append(DataProblems.visible(tokenizer.decode(Arrays.copyOfRange(ids, from, i))));
                }
                from = i + 1;
            }
            if (special) {
                out.append(ids[i] == tokenizer.bosId() ? "<BOS>" : "<EOS>");
            }
        }
        return out.toString();
    }
}
