package dev.kappa.store;

/**
 * A file of an artifact.
 *
 * @param sha256 of its content, in hexadecimal
 */
public record StoredFile(String name, long bytes, String sha256) {}
