package dev.kappa.residency;

import dev.kappa.catalog.Shelf;
import java.time.Instant;
import java.util.List;

/**
 * A device as the API shows it.
 *
 * @param capacityBytes what this server may use of it
 * @param usedBytes weights and the activations of the leases
 * @param residentBytes weights that are loaded or being loaded
 * @param activationBytes reserved for the activations of the leases
 * @param leases how many hold something here now
 */
public record DeviceView(
        String id,
        long capacityBytes,
        long usedBytes,
        long freeBytes,
        long residentBytes,
        long activationBytes,
        int leases,
        List<ResidentView> residents) {
    /**
     * Something loaded, or being loaded.
     *
     * @param streamed true where it does not fit a device and stays in its file for the most part
     */
    public record ResidentView(
            String kind,
            String id,
            long bytes,
            boolean streamed,
            boolean loaded,
            int leases,
            boolean pinned,
            Instant lastUsed) {
        /** True where it is this entry of the catalog. */
        public boolean names(Shelf shelf, String otherId) {
            return kind.equals(shelf.label()) && id.equals(otherId);
        }
    }

    static DeviceView of(DeviceMemory memory) {
        return new DeviceView(
                memory.name,
                memory.capacity,
                memory.usedBytes(),
                memory.capacity - memory.usedBytes(),
                memory.residentBytes(),
                memory.activationBytes(),
                memory.leases(),
                memory.residents().stream().map(DeviceView::of).toList());
    }

    private static ResidentView of(Resident resident) {
        return new ResidentView(
                resident.item.shelf().label(),
                resident.item.id(),
                resident.item.bytes(),
                resident.item.streamed(),
                resident.isLoaded(),
                resident.leases,
                resident.pinned,
                resident.lastUsed);
    }
}
