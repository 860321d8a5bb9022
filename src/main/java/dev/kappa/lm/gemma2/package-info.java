/** Gemma 2. */
package dev.kappa.lm.gemma2;
