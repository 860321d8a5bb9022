/** Which models, dictionaries and corpora are registered, where their files are, and what they hash to. */
package dev.kappa.catalog;
