package org.peft4j.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BytePairsTests {
    private static BytePairs learned(int vocabulary, String... texts) {
        BytePairs pairs = new BytePairs();
        for (String text : texts) {
            pairs.add(text);
        }
        pairs.learn(vocabulary);
        return pairs;
    }

    @Test
    void startsWithSpecialsAndEveryByte() {
        BytePairs pairs = learned(259, "anything");
        assertThat(pairs.tokens())
                .hasSize(259)
                .startsWith("<unk>", "<s>", "</s>")
                .doesNotHaveDuplicates();
        assertThat(pairs.tokens().get(3 + 'A')).isEqualTo("A");
        assertThat(pairs.tokens().get(3 + ' ')).isEqualTo("Ġ");
        assertThat(pairs.merges()).isEmpty();
    }

    @Test
    void mergesTheMostFrequentPairFirst() {
        BytePairs pairs = learned(262, "low low low lower new", "low");
        assertThat(pairs.merges()).containsExactly("l o", "lo w", "Ġ low");
    }

    @Test
    void neverJoinsDigitsOrWords() {
        BytePairs pairs = learned(400, "12 12 12 12 a b a b a b x,y x,y x,y");
        assertThat(pairs.merges()).doesNotContain("1 2", "a Ġ", "x ,").contains("Ġ a");
    }

    @Test
    void stopsWhenNoPairIsLeft() {
        assertThat(learned(400, "ab").merges()).containsExactly("a b");
    }
}
