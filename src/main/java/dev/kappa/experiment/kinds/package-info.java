/** The kinds of experiment, one class each. */
package dev.kappa.experiment.kinds;
