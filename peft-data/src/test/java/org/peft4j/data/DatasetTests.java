package org.peft4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.ChatMessage;

class DatasetTests {
    private static final RowText.Chat CHAT = new RowText.Chat(List.of(
            new ChatMessage("system", "S"),
            new ChatMessage("user", "U"),
            new ChatMessage("assistant", "A"),
            new ChatMessage("user", "V"),
            new ChatMessage("assistant", "B"),
            new ChatMessage("user", "dropped")));

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {"ab,cd,true,<s>ab{cd</s>}", ",cd,true,<s>{cd</s>}", "ab,cd,false,ab{cd</s>}", ",cd,false,c{d</s>}"
            },
            nullValues = "null")
    void aCompletionIsTrainedOnWithItsEnd(String prompt, String completion, boolean bos, String expected) {
        String given = prompt == null ? "" : prompt;
        assertThat(marked(new CharacterTokenizer(bos, false), 50, new RowText.Completion(given, completion)))
                .containsExactly(expected);
    }

    @Test
    void answersOfAConversationAreTrainedOn() {
        assertThat(marked(CharacterTokenizer.plain(), 200, CHAT))
                .containsExactly("<s>system: S\nuser: U\nassistant:{ A</s>}\nuser: V\nassistant:{ B</s>}");
        String generatedFrom = ChatText.prompt(CharacterTokenizer.plain(), List.of(new ChatMessage("user", "U")));
        assertThat(generatedFrom).isEqualTo("user: U\nassistant:");
    }

    @ParameterizedTest
    @CsvSource({"true, <s>", "false, ''"})
    void aConversationFollowsTheModelsTemplate(boolean bos, String start) {
        assertThat(marked(new CharacterTokenizer(bos, true), 200, CHAT))
                .containsExactly(start
                        + "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n{A<|im_end|>}\n"
                        + "<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n{B<|im_end|>}\n");
    }

    @Test
    void aTemplateThatRefusesOrForgetsNamesTheRow() {
        CharacterTokenizer tokenizer = new CharacterTokenizer(true, true);
        assertThatThrownBy(() -> marked(tokenizer, 99, chat("refuse", "A")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("rows line 1: Roles must alternate.");
        assertThatThrownBy(() -> marked(tokenizer, 99, chat("forget", "A")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("rows line 1: the model's chat template changes earlier turns");
    }

    @Test
    void textIsCutIntoWindowsThatPredictEveryTokenOnce() {
        assertThat(marked(CharacterTokenizer.plain(), 4, new RowText.Plain("abcdefg")))
                .containsExactly("<s>{abc}", "<s>{def}", "<s>{g</s>}");
        assertThat(marked(new CharacterTokenizer(false, false), 4, new RowText.Plain("abcdefg")))
                .containsExactly("a{bcd}", "d{efg}", "g{</s>}");
        assertThat(marked(CharacterTokenizer.plain(), 4, new RowText.Plain("ab")))
                .containsExactly("<s>{ab</s>}");
    }

    @Test
    void anEmptyCompletionIsTrainedOnButSaid() {
        Dataset data = read(TooLong.ERROR, 6, row("ab", "cd"), row("a", " "));
        assertThat(data.examples()).hasSize(2);
        assertThat(data.warnings())
                .containsExactly("rows: 1 of 2 rows have an empty completion and teach the model to say nothing,"
                        + " the first in rows line 2");
    }

    @Test
    void rowsThatAreTooLongAreSkippedCountedAndSaid() {
        Dataset data = read(TooLong.SKIP, 6, row("ab", "cd"), row("abc", "cd"), row("", "x"));
        assertThat(data.examples()).hasSize(2);
        assertThat(data.counts()).isEqualTo(new DatasetCounts(3, 1, 0, 9, 5, 6));
        assertThat(data.warnings())
                .containsExactly("rows: 1 of 3 rows are longer than 6 tokens and left out, the first in rows line 2");
        assertThat(data.summary())
                .isEqualTo(
                        "rows: 3 rows, 2 sequences, 1 rows skipped, 9 tokens, 5 of them trained on (56 %), longest 6");
    }

    @Test
    void rowsThatAreTooLongAreCutWhereThatLeavesATarget() {
        Dataset data = read(TooLong.TRUNCATE, 5, row("ab", "cdef"), row("abcd", "e"), row("abcdefg", "e"));
        assertThat(data.examples())
                .extracting(e -> CharacterTokenizer.marked(e, CharacterTokenizer.plain()))
                .containsExactly("<s>ab{cd}");
        assertThat(data.counts()).isEqualTo(new DatasetCounts(3, 2, 1, 5, 2, 5));
        assertThat(data.warnings()).hasSize(2);
    }

    @Test
    void rowsThatAreTooLongEndTheReadingIfAskedTo() {
        assertThatThrownBy(() -> read(TooLong.ERROR, 6, row("a", "b"), row("abc", "cdef")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("rows line 2: the row has 9 tokens, the longest sequence may have 6");
        assertThatThrownBy(() -> read(TooLong.ERROR, 6, row("abcdef", "c")))
                .hasMessageContaining("rows line 1: the prompt alone has 7 tokens, the longest sequence may have 6");
    }

    @Test
    void ofSeveralMistakesAmongManyRowsTheFirstIsTold() {
        RowText[] rows = new RowText[3000];
        Arrays.setAll(rows, i -> i == 1500 || i == 1502 || i == 2900 ? row("abc", "cdef") : row("a", "b"));
        assertThatThrownBy(() -> read(TooLong.ERROR, 6, rows)).hasMessageContaining("rows line 1501:");
    }

    @Test
    void manyRowsKeepTheirOrder() {
        RowText[] rows = new RowText[3000];
        Arrays.setAll(rows, i -> row(String.valueOf(i), "x"));
        assertThat(read(TooLong.ERROR, 20, rows).examples())
                .extracting(e -> CharacterTokenizer.marked(e, CharacterTokenizer.plain()))
                .startsWith("<s>0{x</s>}", "<s>1{x</s>}")
                .endsWith("<s>2999{x</s>}")
                .hasSize(3000);
    }

    @Test
    void aDatasetOfWhichNothingIsLeftIsAnError() {
        assertThatThrownBy(() -> read(TooLong.SKIP, 6, row("abcdef", "c"), row("abcde", "c")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("rows line 1: the prompt alone has 7 tokens")
                .hasMessageContaining("No row fits");
        assertThatThrownBy(() -> read(TooLong.SKIP, 6)).hasMessageContaining("rows has no rows");
    }

    @Test
    void theModelsContextBoundsTheLength() {
        assertThat(DataSettings.upTo(0).within(512).maxLength()).isEqualTo(512);
        assertThat(DataSettings.upTo(100).within(512).maxLength()).isEqualTo(100);
        assertThatThrownBy(() -> DataSettings.upTo(513).within(512))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("max-length is 513");
    }

    @Test
    void anExampleGivesWhatAGenerationStartsFrom() {
        Example example = read(TooLong.SKIP, 9, row("ab", "cd")).examples().get(0);
        assertThat(CharacterTokenizer.plain().decode(example.promptTokens())).isEqualTo("<s>ab");
        assertThat(example.targetPositions()).containsExactly(3, 4, 5);
    }

    private static RowText row(String prompt, String completion) {
        return new RowText.Completion(prompt, completion);
    }

    private static RowText chat(String question, String answer) {
        ChatMessage asked = new ChatMessage("user", question);
        ChatMessage answered = new ChatMessage("assistant", answer);
        return new RowText.Chat(List.of(asked, answered, asked, answered));
    }

    private static Dataset read(TooLong tooLong, int maxLength, RowText... rows) {
        DataSettings settings = new DataSettings(DataFormat.AUTO, maxLength, tooLong, TextUnit.PARAGRAPH);
        return Dataset.read(Texts.of(rows), CharacterTokenizer.plain(), settings);
    }

    private static List<String> marked(CharacterTokenizer tokenizer, int maxLength, RowText row) {
        return Dataset.read(Texts.of(row), tokenizer, DataSettings.upTo(maxLength)).examples().stream()
                .map(e -> CharacterTokenizer.marked(e, tokenizer))
                .toList();
    }
}
