/** Native arrays on a device: scopes that free them, gradients, and the few operations DJL lacks. */
package dev.kappa.tensor;
