/** Training sparse autoencoders on activations. */
package dev.kappa.experiment.training;
