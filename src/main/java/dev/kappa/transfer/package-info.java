/** Runs as files: one zip that holds all of a run, written here and read elsewhere. */
package dev.kappa.transfer;
