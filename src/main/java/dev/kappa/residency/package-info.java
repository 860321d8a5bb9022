/** What is loaded on which device: leases, the byte ledger, pins and eviction. */
package dev.kappa.residency;
