package dev.kappa.residency;

import ai.djl.Device;
import dev.kappa.catalog.Shelf;
import java.util.function.Function;

/**
 * Something that can be loaded.
 *
 * @param hash of its contents: another content under the same id is another item
 * @param streamed true where its large matrices stay in their file, so that only a part is on the device at a time
 * @param bytes that it takes on a device
 * @param loader reads it onto a device; closing what it returns frees the bytes
 */
record Item(
        Shelf shelf, String id, String hash, boolean streamed, long bytes, Function<Device, AutoCloseable> loader) {
    /** What tells items apart. */
    record Key(Shelf shelf, String id, String hash, boolean streamed) {
        boolean names(Shelf otherShelf, String otherId) {
            return shelf == otherShelf && id.equals(otherId);
        }
    }

    Key key() {
        return new Key(shelf, id, hash, streamed);
    }
}
