/** Benchmarks of the engine's kernels; {@code bench/kernels} runs them. */
package org.peft4j.bench;
