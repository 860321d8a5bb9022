package dev.kappa.catalog;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A registered thing.
 *
 * @param source as it was asked for
 * @param location of its file or folder
 * @param hash SHA-256 of its contents, see {@link Contents}
 * @param bytes of its files
 * @param fingerprint tells whether the files were touched since, see {@link Contents#fingerprint}
 * @param bundled true where it came with the product
 */
record Entry(
        Shelf shelf,
        String id,
        String source,
        Path location,
        String hash,
        long bytes,
        String fingerprint,
        Facts facts,
        boolean bundled,
        Instant createdAt) {}
