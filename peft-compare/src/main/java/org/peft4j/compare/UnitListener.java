package org.peft4j.compare;

/** Is told how a unit goes. */
interface UnitListener {
    /** Says nothing. */
    UnitListener SILENT = (phase, step, steps, loss) -> {};

    /**
     * Something was done.
     *
     * @param phase what is being done
     * @param step steps of training that are done
     * @param steps all of them; 0 where it isn't training
     * @param loss of the last step
     */
    void progress(String phase, long step, long steps, double loss);
}
