package org.peft4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.peft4j.api.WeightCodec;

/** On a class path, as plugins' tests run, the kit still tries every codec that it brings along. */
class CodecsTests {
    @Test
    void codecsAreFoundOnTheClassPath() {
        assertThat(Codecs.class.getModule().isNamed()).isFalse();
        assertThat(Codecs.installed()).extracting(WeightCodec::name).containsExactlyInAnyOrder("nf4", "fp4", "int8");
    }
}
