package dev.kappa.residency;

import ai.djl.Device;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The ledger of one device. Guarded by the lock of {@link Memory}. */
final class DeviceMemory {
    final Device device;
    final String name;
    final long capacity;
    private final Map<Item.Key, Resident> residents = new LinkedHashMap<>();
    private long activationBytes;
    private int leases;

    DeviceMemory(Device device, String name, long capacity) {
        this.device = device;
        this.name = name;
        this.capacity = capacity;
    }

    long residentBytes() {
        return residents.values().stream().mapToLong(resident -> resident.item.bytes()).sum();
    }

    long activationBytes() {
        return activationBytes;
    }

    long usedBytes() {
        return residentBytes() + activationBytes;
    }

    int leases() {
        return leases;
    }

    Collection<Resident> residents() {
        return residents.values();
    }

    Optional<Resident> resident(Item item) {
        return Optional.ofNullable(residents.get(item.key()));
    }

    /** Bytes of these items that are here already. */
    long present(List<Item> items) {
        return items.stream().filter(item -> residents.containsKey(item.key())).mapToLong(Item::bytes).sum();
    }

    /** Bytes that can be had for these items: free now, or under what may be evicted. */
    long obtainable(List<Item> items) {
        return capacity - usedBytes()
                + present(items)
                + evictable(items).stream().mapToLong(resident -> resident.item.bytes()).sum();
    }

    /** Takes an item in without its weights; it counts from now on. */
    Resident add(Item item) {
        Resident resident = new Resident(item);
        residents.put(item.key(), resident);
        return resident;
    }

    void remove(Resident resident) {
        residents.remove(resident.item.key(), resident);
    }

    /** Frees least recently used residents until the bytes fit beside what stays. */
    int makeRoom(List<Item> items, long bytes) {
        int evicted = 0;
        for (Resident victim : evictable(items)) {
            if (usedBytes() + bytes <= capacity) {
                break;
            }
            remove(victim);
            victim.free();
            evicted++;
        }
        return evicted;
    }

    void begin(long activations) {
        activationBytes += activations;
        leases++;
    }

    void end(long activations) {
        activationBytes -= activations;
        leases--;
    }

    private List<Resident> evictable(List<Item> keep) {
        Set<Item.Key> kept = keep.stream().map(Item::key).collect(Collectors.toSet());
        return residents.values().stream()
                .filter(resident -> resident.leases == 0 && !resident.pinned)
                .filter(resident -> !kept.contains(resident.item.key()))
                .sorted(Comparator.comparingLong(resident -> resident.lastUse))
                .toList();
    }
}
