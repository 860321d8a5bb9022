/** GPT-NeoX, the family of Pythia. */
package dev.kappa.lm.neox;
