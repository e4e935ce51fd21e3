package org.peft4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peft4j.checkpoint.ChatMessage;

class PreviewTests {
    private static final CharacterTokenizer TOKENIZER = CharacterTokenizer.plain();

    @Test
    void showsWhatIsMaskedAndWhatIsTrainedOn() {
        Dataset data = dataset(
                new RowText.Completion("name[X] =", " X is\na pub\u001b[2J"),
                new RowText.Chat(List.of(new ChatMessage("user", "U"), new ChatMessage("assistant", "A"))));
        assertThat(data.preview(5, TOKENIZER, PreviewStyle.plain())).isEqualTo("""
                        rows line 1, 26 tokens, 16 trained on
                          masked  | <BOS>name[X] =
                          trained |  X is\\na pub\\u001b[2J<EOS>
                        rows line 2, 22 tokens, 3 trained on
                          masked  | <BOS>user: U\\nassistant:
                          trained |  A<EOS>
                        """);
        assertThat(data.preview(1, TOKENIZER, PreviewStyle.plain())).doesNotContain("line 2");
    }

    @Test
    void aTerminalDimsWhatIsMasked() {
        assertThat(dataset(new RowText.Completion("p", "c")).preview(1, TOKENIZER, PreviewStyle.terminal(80)))
                .isEqualTo(
                        "rows line 1, 4 tokens, 2 trained on\n\u001b[2m  masked  | <BOS>p\u001b[0m\n  trained | c<EOS>\n");
    }

    @Test
    void noLineIsWiderThanAskedForAndBothEndsAreShown() {
        String prompt = "start" + "😀".repeat(500) + "end =";
        String preview = dataset(new RowText.Completion(prompt, "c".repeat(90)))
                .preview(1, TOKENIZER, new PreviewStyle(50, 2, false));
        assertThat(preview.lines())
                .allSatisfy(l -> assertThat(l.codePointCount(0, l.length())).isLessThanOrEqualTo(50));
        assertThat(preview.lines()).hasSize(5);
        assertThat(preview.replace("\n          | ", ""))
                .contains("| <BOS>start")
                .contains("😀 ... 😀")
                .contains("end =\n")
                .contains("c<EOS>");
    }

    @Test
    void aLongConversationIsCut() {
        ChatMessage answer = new ChatMessage("assistant", "A");
        Dataset data = dataset(new RowText.Chat(java.util.Collections.nCopies(50, answer)));
        String preview = data.preview(1, TOKENIZER, PreviewStyle.plain());
        assertThat(preview.lines()).hasSize(10);
        assertThat(preview).endsWith(" more tokens\n");
    }

    private static Dataset dataset(RowText... rows) {
        return Dataset.read(Texts.of(rows), TOKENIZER, DataSettings.upTo(2000));
    }
}
