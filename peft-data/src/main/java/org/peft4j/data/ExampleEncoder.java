package org.peft4j.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows as token sequences. Every sequence starts with the begin-of-sequence token, where the model has one. Prompt and
 * completion are encoded separately, so that the prompt's ids in training are those it has in generation.
 */
final class ExampleEncoder {
    private final Tokenizing tokenizer;
    private final int window;

    ExampleEncoder(Tokenizing tokenizer, int window) {
        this.tokenizer = tokenizer;
        this.window = window;
    }

    /** The row's sequences: one of whatever length, or for running text as many windows as it takes. */
    List<Example> encode(DataRow row) {
        if (row.text() instanceof RowText.Completion text) {
            Sequence sequence = new Sequence();
            sequence.add(tokenizer.encode(text.prompt()), false);
            sequence.add(tokenizer.encode(text.completion()), true);
            sequence.end();
            return List.of(sequence.example(row));
        }
        if (row.text() instanceof RowText.Chat chat) {
            return List.of(conversation(chat, row));
        }
        return windows(((RowText.Plain) row.text()).text(), row);
    }

    private Example conversation(RowText.Chat chat, DataRow row) {
        Sequence sequence = new Sequence();
        for (ChatText.Piece piece : ChatText.pieces(tokenizer, chat.messages(), row.at())) {
            int[] ids = tokenizer.encode(piece.text());
            if (!piece.answer()) {
                sequence.add(ids, false);
                continue;
            }
            int last = lastEnd(ids);
            if (last < 0) {
                sequence.add(ids, true);
                sequence.end();
            } else {
                // A template's line feed after the end token is never generated.
                sequence.add(Arrays.copyOf(ids, last + 1), true);
                sequence.add(Arrays.copyOfRange(ids, last + 1, ids.length), false);
            }
        }
        return sequence.example(row);
    }

    private int lastEnd(int[] ids) {
        int last = ids.length - 1;
        while (last >= 0 && !tokenizer.eosIds().contains(ids[last])) {
            last--;
        }
        return last;
    }

    /**
     * Every token but a document's very first is predicted exactly once. A window starts with the begin-of-sequence token, as
     * every generation does, or without such a token with the last one of the window before.
     */
    private List<Example> windows(String text, DataRow row) {
        int[] ids = tokenizer.encode(text);
        int end = tokenizer.eosId();
        int[] all = end < 0 ? ids : append(ids, end);
        boolean hasBegin = tokenizer.bosId() >= 0;
        int first = hasBegin ? 0 : 1;
        int step = window - 1;
        int count = Math.max(0, (all.length - first + step - 1) / step);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    int from = first + i * step;
                    Sequence sequence = new Sequence();
                    if (!hasBegin) {
                        sequence.add(new int[] {all[from - 1]}, false);
                    }
                    sequence.add(Arrays.copyOfRange(all, from, Math.min(all.length, from + step)), true);
                    return sequence.example(row);
                })
                .toList();
    }

    private static int[] append(int[] ids, int id) {
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = id;
        return longer;
    }

    /** Grows token by token; the begin token goes first unless a template wrote it already. */
    private final class Sequence {
        private final IntStream.Builder ids = IntStream.builder();
        private final BitSet targets = new BitSet();
        private int length;

        void add(int[] more, boolean target) {
            int begin = tokenizer.bosId();
            if (length == 0 && begin >= 0 && (more.length == 0 || more[0] != begin)) {
                append(begin, false);
            }
            for (int id : more) {
                append(id, target);
            }
        }

        void end() {
            if (tokenizer.eosId() >= 0) {
                append(tokenizer.eosId(), true);
            }
        }

        private void append(int id, boolean target) {
            ids.add(id);
            targets.set(length, target && length > 0); // nothing comes before the first to predict it from
            length++;
        }

        Example example(DataRow row) {
            boolean[] marks = new boolean[length];
            targets.stream().forEach(i -> marks[i] = true);
            return new Example(ids.build().toArray(), marks, row);
        }
    }
}
