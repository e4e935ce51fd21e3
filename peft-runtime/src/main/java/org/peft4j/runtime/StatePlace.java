package org.peft4j.runtime;

/** Where an optimizer keeps what it remembers from step to step. */
public enum StatePlace {
    /** In memory. */
    MEMORY,
    /** In a mapped file, which the operating system can page out; a paged optimizer (Dettmers et al. 2023, section 3). */
    MAPPED
}
