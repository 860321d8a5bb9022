package dev.kappa.experiment;

/**
 * What measuring costs.
 *
 * @param blocks how many blocks the items are cut into
 * @param leastBlocks the fewest that a conclusion can be drawn from: intervals leave blocks out
 * @param sequential true where a block starts from the tally of the one before it
 * @param activationBytes device memory beside the weights, at its highest
 * @param flops floating-point operations of the whole run
 */
public record Plan(int blocks, int leastBlocks, boolean sequential, long activationBytes, double flops) {}
