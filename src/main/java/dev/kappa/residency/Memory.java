package dev.kappa.residency;

import ai.djl.Device;
import dev.kappa.catalog.Shelf;
import dev.kappa.fault.Fault;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * What is on which device. All bookkeeping happens under one lock; loading does not.
 *
 * <ol>
 *   <li>A device is chosen that can make room: the one with the fewest leases, then the one that has most of it.
 *   <li>What must go is freed, least recently used first; never what is leased or pinned.
 *   <li>The bytes are entered and everything is leased, still under the lock, so that no other lease takes them.
 *   <li>Without the lock, the thread that entered an item loads it; others that want it wait for that thread.
 *   <li>Where loading fails, the item leaves the ledger and all who wait get the fault.
 * </ol>
 */
final class Memory {
    private final List<DeviceMemory> devices;
    private final long largestCapacity;
    private final Clock clock;
    private final Watcher watcher;
    private long uses;

    /** Hears what happens. */
    interface Watcher {
        void loaded(Item item, String device, long nanoseconds);

        void evicted(String device, int count);
    }

    Memory(List<DeviceMemory> devices, Clock clock, Watcher watcher) {
        this(devices, devices.stream().mapToLong(memory -> memory.capacity).max().orElse(0), clock, watcher);
    }

    /** No devices; those of other servers hold so much. */
    Memory(long largestCapacity, Clock clock, Watcher watcher) {
        this(List.of(), largestCapacity, clock, watcher);
    }

    private Memory(List<DeviceMemory> devices, long largestCapacity, Clock clock, Watcher watcher) {
        this.devices = List.copyOf(devices);
        this.largestCapacity = largestCapacity;
        this.clock = clock;
        this.watcher = watcher;
    }

    /** Leased items on one device. */
    final class Held implements AutoCloseable {
        private final DeviceMemory memory;
        private final long activationBytes;
        private final List<Resident> residents;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Held(DeviceMemory memory, long activationBytes, List<Resident> residents) {
            this.memory = memory;
            this.activationBytes = activationBytes;
            this.residents = residents;
        }

        Device device() {
            return memory.device;
        }

        Optional<AutoCloseable> loaded(Shelf shelf, String id) {
            return residents.stream()
                    .filter(resident -> resident.item.key().names(shelf, id))
                    .findFirst()
                    .map(Resident::await);
        }

        void pin() {
            synchronized (Memory.this) {
                residents.forEach(resident -> resident.pinned = true);
            }
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                release(this);
            }
        }
    }

    /** What the largest device holds. */
    long largestCapacity() {
        return largestCapacity;
    }

    /** Refuses what would not fit even on an empty device. */
    void requireFits(List<Item> items, long activationBytes) {
        long wanted = bytes(items) + activationBytes;
        long largest = largestCapacity();
        if (wanted > largest) {
            throw Fault.user(
                    "too_large_for_device",
                    "the run needs " + wanted + " bytes on a device (" + bytes(items) + " for weights, " + activationBytes
                            + " for activations), but the largest device holds " + largest);
        }
    }

    /** Leases items on one device, of this name where one is given, and loads what is missing. */
    Held lease(List<Item> items, long activationBytes, Optional<String> device) {
        List<DeviceMemory> eligible = eligible(device);
        if (device.isEmpty()) {
            requireFits(items, activationBytes);
        }
        List<Resident> mine = new ArrayList<>();
        Held held = claim(items, activationBytes, eligible, mine);
        try {
            if (!mine.isEmpty()) {
                MappedMemory.reclaim(mainMemoryBytes());
            }
            mine.forEach(resident -> load(resident, held.memory));
            held.residents.forEach(Resident::await);
            return held;
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
    }

    private synchronized Held claim(
            List<Item> items, long activationBytes, List<DeviceMemory> eligible, List<Resident> mine) {
        long wanted = bytes(items) + activationBytes;
        DeviceMemory memory = eligible.stream()
                .filter(candidate -> candidate.obtainable(items) >= wanted)
                .min(Comparator.comparingInt(DeviceMemory::leases)
                        .thenComparingLong(candidate -> -candidate.present(items)))
                .orElseThrow(() -> full(items, wanted, eligible));
        int evicted = memory.makeRoom(items, wanted - memory.present(items));
        if (evicted > 0) {
            watcher.evicted(memory.name, evicted);
        }
        List<Resident> residents = new ArrayList<>();
        for (Item item : items) {
            Resident resident = memory.resident(item).orElseGet(() -> {
                Resident added = memory.add(item);
                mine.add(added);
                return added;
            });
            resident.leases++;
            touch(resident);
            residents.add(resident);
        }
        memory.begin(activationBytes);
        return new Held(memory, activationBytes, residents);
    }

    private void load(Resident resident, DeviceMemory memory) {
        long start = System.nanoTime();
        try {
            AutoCloseable weights = resident.item.loader().apply(memory.device);
            resident.loaded.complete(weights);
            watcher.loaded(resident.item, memory.name, System.nanoTime() - start);
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                memory.remove(resident);
            }
            resident.loaded.completeExceptionally(e);
        }
    }

    private synchronized void release(Held held) {
        for (Resident resident : held.residents) {
            resident.leases--;
            touch(resident);
        }
        held.memory.end(held.activationBytes);
    }

    /** Takes the pin from an item wherever it is loaded. */
    synchronized void unpin(Shelf shelf, String id) {
        all(shelf, id).values().forEach(resident -> resident.pinned = false);
    }

    /** Frees an item on the given device, or on all; false where a lease is in the way, and nothing is freed then. */
    boolean unload(Shelf shelf, String id, Optional<String> device) {
        boolean unloaded = free(shelf, id, eligible(device));
        MappedMemory.reclaim(mainMemoryBytes());
        return unloaded;
    }

    private synchronized boolean free(Shelf shelf, String id, List<DeviceMemory> eligible) {
        Map<DeviceMemory, Resident> found = all(shelf, id);
        found.keySet().retainAll(eligible);
        if (found.values().stream().anyMatch(resident -> resident.leases > 0)) {
            return false;
        }
        found.forEach((memory, resident) -> {
            memory.remove(resident);
            resident.free();
        });
        return true;
    }

    /** Bytes of items that the device with most of them lacks. */
    synchronized long missingBytes(List<Item> items) {
        return bytes(items)
                - devices.stream().mapToLong(memory -> memory.present(items)).max().orElse(0);
    }

    /** How many leases hold an item. */
    synchronized int leases(Shelf shelf, String id) {
        return all(shelf, id).values().stream().mapToInt(resident -> resident.leases).sum();
    }

    /** The state of every device, taken at one moment. */
    synchronized List<DeviceView> view() {
        return devices.stream().map(DeviceView::of).toList();
    }

    /** Frees all that is not leased. */
    synchronized void clear() {
        for (DeviceMemory memory : devices) {
            List.copyOf(memory.residents()).stream()
                    .filter(resident -> resident.leases == 0)
                    .forEach(resident -> {
                        memory.remove(resident);
                        resident.free();
                    });
        }
    }

    /** Bytes of weights that may be mapped. */
    private synchronized long mainMemoryBytes() {
        return devices.stream()
                .filter(memory -> !memory.device.isGpu())
                .flatMap(memory -> memory.residents().stream())
                .filter(Resident::isLoaded)
                .mapToLong(resident -> resident.item.bytes())
                .sum();
    }

    private Map<DeviceMemory, Resident> all(Shelf shelf, String id) {
        Map<DeviceMemory, Resident> found = new LinkedHashMap<>();
        for (DeviceMemory memory : devices) {
            for (Resident resident : memory.residents()) {
                if (resident.item.key().names(shelf, id)) {
                    found.put(memory, resident);
                }
            }
        }
        return found;
    }

    private void touch(Resident resident) {
        resident.lastUse = ++uses;
        resident.lastUsed = clock.instant();
    }

    private List<DeviceMemory> eligible(Optional<String> device) {
        List<DeviceMemory> found = devices.stream()
                .filter(memory -> device.isEmpty() || memory.name.equals(device.get()))
                .toList();
        if (devices.isEmpty()) {
            throw Fault.user("no_device", "this server, kappa.role=api, has no device; ask one that measures");
        }
        if (found.isEmpty()) {
            Stream<String> names = devices.stream().map(memory -> memory.name);
            throw Fault.user(
                    "unknown_device", "device '" + device.orElse("") + "' is not one of " + names.toList());
        }
        return found;
    }

    private static Fault full(List<Item> items, long wanted, List<DeviceMemory> eligible) {
        long most = eligible.stream().mapToLong(memory -> memory.obtainable(items)).max().orElse(0);
        return Fault.resources(
                "device_full",
                wanted + " bytes are needed on a device, but only " + most
                        + " can be had now; the rest is leased or pinned");
    }

    private static long bytes(List<Item> items) {
        return items.stream().mapToLong(Item::bytes).sum();
    }
}
