package org.peft4j.qlora;

/** How QLoRA's adapter starts. */
public enum QloraInit {
    /** As LoRA's own settings say. */
    LORA,
    /** So that it makes up for a part of what quantization has lost (LoftQ, Li et al. 2023). */
    LOFTQ
}
