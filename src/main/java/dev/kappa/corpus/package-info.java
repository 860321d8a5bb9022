/** Token sequences and pairs of prefixes: from text, JSON lines, agreement pairs and model samples. */
package dev.kappa.corpus;
