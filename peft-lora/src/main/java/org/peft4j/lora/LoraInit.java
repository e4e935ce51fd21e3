package org.peft4j.lora;

/** How the LoRA matrix A starts; B always starts at zero, so that the model is unchanged at first. */
public enum LoraInit {
    /** Uniform with bound {@code 1 / sqrt(in)}, as linear layers usually start (He et al. 2015). */
    KAIMING,
    /** Normal with standard deviation {@code 1 / rank}. */
    GAUSSIAN
}
