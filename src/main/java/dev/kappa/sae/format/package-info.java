/** One reader per published layout of dictionaries: from a folder to a description of what to load. */
package dev.kappa.sae.format;
