/** Language models: configuration, tokens, hook points and one readable forward pass. */
package dev.kappa.lm;
