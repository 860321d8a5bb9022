/**
 * Runs: admission, rows, states, tasks, measuring of blocks, conclusions. Every change of state is a
 * compare-and-set in SQL, and no transaction is open while a device works.
 */
package dev.kappa.run;
