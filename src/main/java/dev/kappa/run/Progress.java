package dev.kappa.run;

import java.util.Optional;

/**
 * How far a run is.
 *
 * @param done blocks that are measured
 * @param total blocks of the run
 * @param fraction of the measuring, 0 to 1, parts of blocks included
 * @param etaSeconds until the last block, at the pace so far; known while blocks are measured
 */
public record Progress(int done, int total, double fraction, Optional<Double> etaSeconds) {}
