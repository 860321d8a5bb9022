/** Kappa: a server that measures the causal dimensionality of transformer layers. */
package dev.kappa;
