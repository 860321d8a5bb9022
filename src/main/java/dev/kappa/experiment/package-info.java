/**
 * Experiments: one interface, the measurements they share, and what they leave behind. A run is one
 * experiment with one set of parameters; its items are cut into blocks; a block is measured into a tally;
 * the tallies are concluded into findings.
 */
package dev.kappa.experiment;
