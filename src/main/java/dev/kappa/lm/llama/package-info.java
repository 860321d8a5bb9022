/** Llama. */
package dev.kappa.lm.llama;
