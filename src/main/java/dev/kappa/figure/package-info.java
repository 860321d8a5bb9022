/** Drawing the figures of runs, from their data. */
package dev.kappa.figure;
