package dev.kappa.residency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.kappa.catalog.Shelf;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.residency.Memory.Held;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private final List<String> happened = Collections.synchronizedList(new ArrayList<>());
    private final Memory memory = memory(100);

    private Memory memory(long... capacities) {
        List<DeviceMemory> devices = new ArrayList<>();
        for (int i = 0; i < capacities.length; i++) {
            devices.add(new DeviceMemory(Device.of("test", i), "test:" + i, capacities[i]));
        }
        return new Memory(devices, Clock.systemUTC(), new Memory.Watcher() {
            @Override
            public void loaded(Item item, String device, long nanoseconds) {}

            @Override
            public void evicted(String device, int count) {}
        });
    }

    private Item item(String id, long bytes) {
        return item(id, bytes, device -> {
            happened.add("load " + id);
            return () -> happened.add("free " + id);
        });
    }

    private static Item item(String id, long bytes, Function<Device, AutoCloseable> loader) {
        return new Item(Shelf.SAE, id, "hash", false, bytes, loader);
    }

    private Held lease(Item item) {
        return memory.lease(List.of(item), 0, Optional.empty());
    }

    private long used() {
        return memory.view().get(0).usedBytes();
    }

    @Test
    void a_second_lease_finds_what_the_first_has_loaded() {
        lease(item("a", 10)).close();
        lease(item("a", 10)).close();

        assertThat(happened).containsExactly("load a");
        assertThat(used()).isEqualTo(10);
    }

    @Test
    void the_least_recently_used_goes_first_and_only_as_many_as_must() {
        lease(item("a", 40)).close();
        lease(item("b", 40)).close();
        lease(item("a", 40)).close();
        lease(item("c", 40)).close();

        assertThat(happened).containsExactly("load a", "load b", "free b", "load c");
        assertThat(used()).isEqualTo(80);
    }

    @Test
    void what_is_pinned_stays() {
        try (Held held = lease(item("a", 60))) {
            held.pin();
        }
        assertThatThrownBy(() -> lease(item("b", 50)))
                .isInstanceOfSatisfying(Fault.class, fault -> {
                    assertThat(fault.code()).isEqualTo("device_full");
                    assertThat(fault.category()).isEqualTo(Category.RESOURCES);
                })
                .hasMessageContaining("50 bytes")
                .hasMessageContaining("only 40");
        memory.unpin(Shelf.SAE, "a");
        lease(item("b", 50)).close();

        assertThat(happened).containsExactly("load a", "free a", "load b");
    }

    @Test
    void what_is_leased_stays_and_its_activations_count() {
        Held held = memory.lease(List.of(item("a", 30)), 50, Optional.empty());
        assertThat(used()).isEqualTo(80);
        assertThatThrownBy(() -> lease(item("b", 21))).isInstanceOf(Fault.class);
        lease(item("c", 20)).close();
        held.close();
        held.close();
        assertThat(used()).as("closed twice, counted once").isEqualTo(50);
    }

    @Test
    void what_could_never_fit_is_the_users_fault_and_evicts_nothing() {
        lease(item("a", 90)).close();
        assertThatThrownBy(() -> memory.lease(List.of(item("b", 60)), 41, Optional.empty()))
                .isInstanceOfSatisfying(Fault.class, fault -> {
                    assertThat(fault.code()).isEqualTo("too_large_for_device");
                    assertThat(fault.category()).isEqualTo(Category.USER);
                })
                .hasMessageContaining("101")
                .hasMessageContaining("100");
        assertThat(happened).containsExactly("load a");
    }

    @Test
    void a_lease_of_several_items_never_evicts_one_for_another() {
        lease(item("a", 50)).close();
        lease(item("x", 30)).close();
        memory.lease(List.of(item("a", 50), item("b", 40)), 0, Optional.empty()).close();

        assertThat(happened).containsExactly("load a", "load x", "free x", "load b");
    }

    @Test
    void another_content_under_the_same_id_is_another_item() {
        lease(item("a", 10)).close();
        Item changed = new Item(Shelf.SAE, "a", "other hash", false, 10, item("a", 10).loader());
        lease(changed).close();

        assertThat(happened).containsExactly("load a", "load a");
    }

    @Test
    void unloading_frees_unless_a_lease_is_in_the_way() {
        Held held = lease(item("a", 10));
        assertThat(memory.unload(Shelf.SAE, "a", Optional.empty())).isFalse();
        held.close();
        assertThat(memory.unload(Shelf.SAE, "a", Optional.empty())).isTrue();
        assertThat(memory.unload(Shelf.SAE, "a", Optional.empty())).as("again").isTrue();

        assertThat(happened).containsExactly("load a", "free a");
        assertThat(used()).isZero();
    }

    @Test
    void a_failed_load_leaves_nothing_in_the_ledger_and_can_be_tried_again() {
        AtomicInteger tries = new AtomicInteger();
        Item flaky = item("a", 10, device -> {
            if (tries.incrementAndGet() == 1) {
                throw Fault.user("weights_malformed", "bad header");
            }
            return () -> {};
        });
        assertThatThrownBy(() -> memory.lease(List.of(item("b", 5), flaky), 7, Optional.empty()))
                .hasMessage("bad header");
        assertThat(used()).as("b stays").isEqualTo(5);
        assertThat(memory.view().get(0).leases()).isZero();

        lease(flaky).close();
        assertThat(used()).isEqualTo(15);
    }

    @Test
    void leases_spread_over_devices_and_come_back_to_where_the_weights_are() {
        Memory two = memory(100, 100);
        Held first = two.lease(List.of(item("a", 10)), 0, Optional.empty());
        Held second = two.lease(List.of(item("a", 10)), 0, Optional.empty());
        assertThat(second.device()).isNotEqualTo(first.device());
        second.close();
        Held third = two.lease(List.of(item("b", 10)), 0, Optional.of("test:1"));
        assertThat(third.device()).isEqualTo(second.device());
        first.close();
        third.close();
        assertThat(two.lease(List.of(item("b", 10)), 0, Optional.empty()).device()).isEqualTo(third.device());
        assertThat(happened).containsExactly("load a", "load a", "load b");
    }

    @Test
    void an_unknown_device_is_refused_with_those_there_are() {
        assertThatThrownBy(() -> memory.lease(List.of(), 0, Optional.of("cuda:7")))
                .hasMessageContaining("cuda:7")
                .hasMessageContaining("test:0");
    }

    @Test
    void many_threads_that_want_the_same_item_load_it_once() throws Exception {
        CountDownLatch loading = new CountDownLatch(1);
        Item slow = item("a", 10, device -> {
            happened.add("load a");
            await(loading);
            return () -> happened.add("free a");
        });
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<AutoCloseable>> loaded = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                loaded.add(threads.submit(() -> {
                    try (Held held = lease(slow)) {
                        return held.loaded(Shelf.SAE, "a").orElseThrow();
                    }
                }));
            }
            loading.countDown();
            for (Future<AutoCloseable> one : loaded) {
                assertThat(one.get()).isSameAs(loaded.get(0).get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(happened).containsExactly("load a");
        assertThat(memory.view().get(0).residents().get(0).leases()).isZero();
    }

    @Test
    void a_busy_ledger_never_exceeds_its_capacity_and_never_frees_what_is_leased() throws Exception {
        AtomicInteger violations = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int thread = 0; thread < 6; thread++) {
                long seed = thread;
                work.add(threads.submit(() -> churn(seed, violations)));
            }
            for (Future<?> one : work) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(violations).hasValue(0);
        assertThat(memory.view().get(0).activationBytes()).isZero();
        memory.clear();
        assertThat(used()).isZero();
    }

    private void churn(long seed, AtomicInteger violations) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 2000; i++) {
            int which = random.nextInt(8);
            Item item = item("i" + which, 10 + which, device -> {
                AtomicInteger freed = new AtomicInteger();
                return new Weights(freed);
            });
            try (Held held = memory.lease(List.of(item), random.nextInt(30), Optional.empty())) {
                Weights weights = (Weights) held.loaded(Shelf.SAE, item.id()).orElseThrow();
                if (weights.freed.get() > 0 || used() > 100) {
                    violations.incrementAndGet();
                }
            } catch (Fault fault) {
                if (!fault.code().equals("device_full")) {
                    violations.incrementAndGet();
                }
            }
        }
    }

    private record Weights(AtomicInteger freed) implements AutoCloseable {
        @Override
        public void close() {
            freed.incrementAndGet();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
