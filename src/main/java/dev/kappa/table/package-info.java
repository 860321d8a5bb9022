/** The tables of runs in the formats that other programs read. */
package dev.kappa.table;
