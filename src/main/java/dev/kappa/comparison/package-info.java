/** Runs side by side: numbers of equal meaning aligned, and what keeps them from being compared said. */
package dev.kappa.comparison;
