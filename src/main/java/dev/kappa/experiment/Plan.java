package dev.kappa.experiment;

/**
 * What measuring costs.
 *
 * @param blocks how many blocks the items are cut into
 * @param sequential true where a block starts from the tally of the one before it
 * @param activationBytes device memory beside the weights, at its highest
 * @param flops floating-point operations of the whole run
 */
public record Plan(int blocks, boolean sequential, long activationBytes, double flops) {}
