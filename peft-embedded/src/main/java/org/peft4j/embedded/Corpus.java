package org.peft4j.embedded;

import java.util.SplittableRandom;

/**
 * The English text the embedded base model is pretrained on: stories, letters, talk, descriptions, recipes, questions
 * with answers, and notes followed by the text made of them. One seed gives one endless sequence of documents.
 */
public final class Corpus {
    private final Grammar grammar =
            Grammar.of("lexicon.txt", "stories.txt", "notes.txt", "facts.txt", "copying.txt", "register.txt");
    private final SplittableRandom random;

    /** Starts the sequence of {@code seed}. */
    public Corpus(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** The next document: a paragraph or a few, 20 to 900 characters. */
    public String next() {
        return new Writer(grammar, random.split()).write("document");
    }
}
