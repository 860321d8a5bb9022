package dev.kappa.catalog;

import java.nio.file.Path;
import java.time.Instant;

/** What opening a thing before it is registered found: its place, its contents, its facts. */
record Inspection(Path location, Contents contents, Facts facts) {
    Entry entry(Shelf shelf, String id, String source, boolean bundled) {
        return new Entry(
                shelf,
                id,
                source,
                location,
                contents.hash(),
                contents.bytes(),
                Layout.fingerprint(shelf, location),
                facts,
                bundled,
                Instant.EPOCH);
    }
}
