/** What runs leave on disk: tallies and artifacts, each written once and whole, under the hash of its content. */
package dev.kappa.store;
