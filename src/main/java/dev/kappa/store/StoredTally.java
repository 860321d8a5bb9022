package dev.kappa.store;

/** @param hash SHA-256 of the file, in hexadecimal */
public record StoredTally(String hash, long bytes) {}
