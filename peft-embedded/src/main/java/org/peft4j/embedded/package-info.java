/**
 * The embedded default: a Llama of about one million parameters, pretrained by this program's own method {@code full} on
 * English that {@link org.peft4j.embedded.Corpus} writes, and the {@link org.peft4j.embedded.Task} it is adapted to: the
 * fields of an event in, its announcement out.
 *
 * <p>The corpus is stories, letters, talk, questions, and above all values that stand in the text twice: records with
 * sentences made of them, labels that are asked for, lists said again. That is how so small a model learns to look a value
 * up by its label and to copy it. The words of the task's values are in the corpus; its labels, its notation and its
 * sentences aren't, and a quarter of the events' first words, of the hosts' surnames and of the halls are in no training row:
 * the held-out rows consist of those. So an adapter can't do well by knowing answers.
 *
 * <p>{@link org.peft4j.embedded.EmbeddedDefault} unpacks model, rows and recipe; {@link org.peft4j.embedded.FieldCheck}
 * judges generations; {@code scripts/make-embedded.sh} makes everything again.
 */
package org.peft4j.embedded;
