package org.peft4j.testkit;

import java.util.List;

/** All checks. */
final class Contract {
    private Contract() {}

    static <C extends Record> List<Check<C>> checks() {
        return List.of(
                new Check<>("describes itself", SettingsChecks::description),
                new Check<>("finds no problem with settings that fit", SettingsChecks::noProblem),
                new Check<>("has one parameter at least, all finite", SettingsChecks::parameters),
                new Check<>("is the base at first, if it says so", BaseChecks::identityAtInit),
                new Check<>("starts from the same bits with the same seed", TrainingChecks::equalSeeds),
                new Check<>("has the gradients that finite differences give", GradientChecks::everyParameter),
                new Check<>("sends a gradient to each parameter, and each moves", TrainingChecks::everyParameterMoves),
                new Check<>("learns", TrainingChecks::learns),
                new Check<>("trains to the same bits with the same seed", TrainingChecks::equalRuns),
                new Check<>("leaves the base as it is", BaseChecks::untouched),
                new Check<>(
                        "leaves layers below the lowest adapted one alone, if it says so", BaseChecks::topLayersOnly),
                new Check<>("can be saved and loaded without losing a bit", FileChecks::roundTrip),
                new Check<>("saves its own tensors and nothing else", FileChecks::ownTensorsOnly),
                new Check<>("refuses files with missing, unexpected or misshapen tensors", FileChecks::strict),
                new Check<>("writes settings that read back as they were", FileChecks::settingsRoundTrip),
                new Check<>("does not save values that are not finite", FileChecks::finiteOnly),
                new Check<>("can be merged, or says why not", MergeChecks::merged),
                new Check<>("is not merged with values that are not finite", MergeChecks::finiteOnly),
                new Check<>("works on a base of any codec", StorageChecks::everyCodec),
                new Check<>("works on bases in F16 and BF16", StorageChecks::halves),
                new Check<>("does not disturb another adapter on the same base", SeveralChecks::isolated),
                new Check<>("can be switched on and off", SeveralChecks::switched),
                new Check<>("does not depend on the adapter's name", SeveralChecks::names),
                new Check<>("treats each sequence of a batch as if it were alone", GenerationChecks::batch),
                new Check<>("generates with the cache what it generates without", GenerationChecks::cache));
    }
}
