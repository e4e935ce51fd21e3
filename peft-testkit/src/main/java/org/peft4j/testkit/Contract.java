package org.peft4j.testkit;

import java.util.List;

/** All checks. */
final class Contract {
    private Contract() {}

    static <C extends Record> List<Check<C>> checks() {
        return List.of(
                Check.first("describes itself", SettingsChecks::description),
                Check.first("has settings that a configuration file can give", SettingsChecks::binding),
                Check.first("finds no problem with settings that fit", SettingsChecks::noProblem),
                Check.first("has one parameter at least, all finite", SettingsChecks::parameters),
                Check.first("refuses targets that match nothing and lists the candidates", SettingsChecks::targets),
                Check.of("is the base at first, if it says so", BaseChecks::identityAtInit),
                Check.of("starts from the same bits with the same seed", TrainingChecks::equalSeeds),
                Check.of("has the gradients that finite differences give", GradientChecks::everyParameter),
                Check.of("sends a gradient to each parameter, and each moves", TrainingChecks::everyParameterMoves),
                Check.of("learns", TrainingChecks::learns),
                Check.of("trains to the same bits with the same seed", TrainingChecks::equalRuns),
                Check.of("trains the same with gradient checkpointing", TrainingChecks::recomputed),
                Check.of("leaves the base as it is", BaseChecks::untouched),
                Check.of("leaves layers below the lowest adapted one alone, if it says so", BaseChecks::topLayersOnly),
                Check.of("can be saved and loaded without losing a bit", FileChecks::roundTrip),
                Check.of("saves its own tensors and nothing else", FileChecks::ownTensorsOnly),
                Check.of("refuses files with missing, unexpected or misshapen tensors", FileChecks::strict),
                Check.of("writes settings that read back as they were", FileChecks::settingsRoundTrip),
                Check.of("does not save values that are not finite", FileChecks::finiteOnly),
                Check.of("can be merged, or says why not", MergeChecks::merged),
                Check.of("is not merged with values that are not finite", MergeChecks::finiteOnly),
                Check.of("works on a base of any codec", StorageChecks::everyCodec),
                Check.of("works on bases in F16 and BF16", StorageChecks::halves),
                Check.of("does not disturb another adapter on the same base", SeveralChecks::isolated),
                Check.of("can be switched on and off", SeveralChecks::switched),
                Check.of("does not depend on the adapter's name", SeveralChecks::names),
                Check.of("treats each sequence of a batch as if it were alone", GenerationChecks::batch),
                Check.of(
                        "has the loss that its logits have, whichever tokens are predicted",
                        GenerationChecks::fewTargets),
                Check.of("generates with the cache what it generates without", GenerationChecks::cache),
                Check.of("continues a request among others' as it does alone", GenerationChecks::requests));
    }
}
