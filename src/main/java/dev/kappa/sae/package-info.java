/** Sparse autoencoders: one encode and decode for every kind, one reader per published format. */
package dev.kappa.sae;
