package dev.kappa.catalog.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.catalog.hub.FakeHub.Manner;
import dev.kappa.catalog.hub.FakeHub.Request;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.testing.Checked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HubCacheTest {
    private static final byte[] WEIGHTS = bytes(1_000_000);
    private static final byte[] CONFIG = "{\"a\": 1}".getBytes(StandardCharsets.UTF_8);
    private static final HubReference TINY = HubReference.parse(FakeHub.REPOSITORY);

    @TempDir
    Path root;

    private final FakeHub hub = new FakeHub().with("config.json", CONFIG).with("model.safetensors", WEIGHTS);
    private final Meter meter = new Meter();
    private long usable = Long.MAX_VALUE;
    private String token = "secret";

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void a_folder_appears_under_its_commit_when_all_its_files_are_there_and_checked() throws IOException {
        Path folder = fetch(TINY);

        assertThat(folder).isEqualTo(root.resolve("lab--tiny").resolve(FakeHub.COMMIT));
        assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(WEIGHTS);
        assertThat(Files.readAllBytes(folder.resolve("config.json"))).isEqualTo(CONFIG);
        assertThat(folder.toFile().list()).as("no part, no etag").hasSize(2);
        assertThat(folder.getParent().toFile().list()).hasSize(1);
        assertThat(meter.total).hasValue(WEIGHTS.length + CONFIG.length);
        assertThat(meter.done).hasValue(WEIGHTS.length + CONFIG.length);
    }

    @Test
    void what_is_there_is_not_downloaded_again() {
        fetch(TINY);
        int transfers = hub.requestsTo("model.safetensors").size();
        fetch(TINY);

        assertThat(hub.requestsTo("model.safetensors")).hasSize(transfers);
    }

    @Test
    void the_token_goes_to_the_hub_and_never_to_another_origin() {
        hub.requires("secret");
        fetch(TINY);

        assertThat(hub.requests()).filteredOn(Request::atStore).isNotEmpty().allSatisfy(request -> assertThat(
                        request.authorization())
                .isEmpty());
        assertThat(hub.requests())
                .filteredOn(request -> !request.atStore())
                .allSatisfy(request -> assertThat(request.authorization()).contains("Bearer secret"));
    }

    @Test
    void a_transfer_that_breaks_off_goes_on_where_it_broke() throws IOException {
        hub.transfers(Manner.TRUNCATE, Manner.TRUNCATE, Manner.TRUNCATE);
        Path folder = fetch(TINY);

        assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(WEIGHTS);
        List<Request> transfers = hub.requests().stream().filter(Request::atStore).toList();
        assertThat(transfers).hasSize(4);
        assertThat(transfers.get(0).range()).isEmpty();
        // A connection that breaks may take with it what the client had not yet read.
        assertThat(from(transfers.get(1))).isBetween(400_000L, 500_000L);
        assertThat(from(transfers.get(2))).isBetween(from(transfers.get(1)) + 1, 750_000L);
        assertThat(meter.done).hasValue(meter.total.get());
    }

    @Test
    void a_later_attempt_takes_up_what_an_earlier_one_has_left() throws IOException {
        hub.transfers(Manner.STALL);
        meter.cancelAfter = 400_000;
        assertThatThrownBy(() -> fetch(TINY)).isInstanceOf(HubProgress.Cancelled.class);
        assertThat(root.resolve("lab--tiny").resolve(FakeHub.COMMIT)).doesNotExist();

        meter.cancelAfter = Long.MAX_VALUE;
        Path folder = fetch(TINY);
        assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(WEIGHTS);
        List<Request> transfers = hub.requests().stream().filter(Request::atStore).toList();
        assertThat(transfers.get(transfers.size() - 1).range()).isPresent();
    }

    @Test
    void a_transfer_that_stands_still_is_given_up_and_taken_up_again() throws IOException {
        hub.transfers(Manner.STALL);
        Path folder = fetch(TINY);

        assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(WEIGHTS);
    }

    @Test
    void a_store_that_ignores_ranges_sends_the_file_anew() throws IOException {
        hub.transfers(Manner.TRUNCATE, Manner.IGNORE_RANGE);
        Path folder = fetch(TINY);

        assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(WEIGHTS);
        assertThat(meter.done).hasValue(meter.total.get());
    }

    @Test
    void a_file_with_the_wrong_hash_is_thrown_away_and_the_next_attempt_starts_anew() throws IOException {
        hub.transfers(Manner.CORRUPT);
        assertFault("download_corrupt", Category.EXTERNAL, "model.safetensors");
        assertThat(parts()).noneMatch(path -> path.toString().contains("model.safetensors"));

        assertThat(Files.readAllBytes(fetch(TINY).resolve("model.safetensors"))).isEqualTo(WEIGHTS);
    }

    @Test
    void a_part_that_was_damaged_on_disk_is_found_out() throws IOException {
        hub.transfers(Manner.STALL);
        meter.cancelAfter = 400_000;
        assertThatThrownBy(() -> fetch(TINY)).isInstanceOf(HubProgress.Cancelled.class);
        Path part = parts().stream().filter(path -> path.toString().endsWith(".part")).findFirst().orElseThrow();
        byte[] damaged = Files.readAllBytes(part);
        damaged[100] ^= 1;
        Files.write(part, damaged);
        meter.cancelAfter = Long.MAX_VALUE;

        assertFault("download_corrupt", Category.EXTERNAL, "model.safetensors");
    }

    @Test
    void a_hub_that_always_breaks_off_is_given_up() {
        byte[] one = bytes(2000);
        hub.with("model.safetensors", one).answers(503, 1000, "0");
        assertFault("hub_unreachable", Category.EXTERNAL, "503");
    }

    @ParameterizedTest
    @CsvSource({
        "401, hub_unauthorized, HF_TOKEN", "403, hub_forbidden, licence", "404, hub_not_found, lab/tiny",
        "418, hub_refused, 418"
    })
    void refusals_say_what_the_user_can_do(int status, String code, String named) {
        hub.answers(status, 1000, "0");
        assertFault(code, status == 418 ? Category.EXTERNAL : Category.USER, named);
        assertThat(root).as("nothing half-written").isEmptyDirectory();
    }

    @Test
    void a_missing_revision_is_refused() {
        assertThatThrownBy(() -> fetch(HubReference.parse("lab/tiny@v9")))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("hub_not_found"))
                .hasMessageContaining("v9");
    }

    @Test
    void a_hub_that_asks_for_patience_gets_it() {
        hub.answers(429, 2, "0");
        assertThat(fetch(TINY)).isDirectory();
    }

    @Test
    void a_hub_that_asks_for_too_much_patience_is_given_up() {
        hub.answers(429, 1000, "3600");
        assertFault("hub_rate_limited", Category.RESOURCES, "3600");
    }

    @Test
    void a_hub_that_never_has_time_is_given_up() {
        hub.answers(429, 1000, "0");
        assertFault("hub_rate_limited", Category.RESOURCES, "3 times");
    }

    @Test
    void a_disk_without_room_is_said_before_the_first_byte() {
        usable = 1_500_000;
        assertFault("disk_full", Category.RESOURCES, "1000008");
        assertThat(hub.requests()).noneMatch(request -> request.path().contains("/resolve/"));
    }

    @Test
    void a_disk_that_fills_up_on_the_way_is_said() throws IOException {
        Checked.where(Files.exists(Path.of("/dev/full")), "this system has no device that is always full");
        Path partial = root.resolve("lab--tiny/." + FakeHub.COMMIT + ".partial");
        Files.createDirectories(partial);
        Files.createSymbolicLink(partial.resolve("model.safetensors.part"), Path.of("/dev/full"));

        assertFault("disk_full", Category.RESOURCES, root.toString());
    }

    @Test
    void a_folder_of_a_repository_is_fetched_alone_and_over_several_pages() throws IOException {
        for (int i = 0; i < 8; i++) {
            hub.with("layer_1/part " + i + "?#.bin", new byte[] {(byte) i});
        }
        hub.with("layer_2/part.bin", new byte[] {9});
        Path folder = fetch(HubReference.parse("lab/tiny@main/layer_1"));

        assertThat(folder).isEqualTo(root.resolve("lab--tiny/" + FakeHub.COMMIT + "--layer_1"));
        assertThat(folder.toFile().list()).hasSize(8);
        assertThat(Files.readAllBytes(folder.resolve("part 3?#.bin"))).containsExactly(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/etc/evil", "a//evil", "a\\\\..\\\\evil"})
    void a_listing_that_leaves_the_folder_is_refused(String path) {
        hub.with(path, CONFIG);
        assertFault("hub_malformed", Category.EXTERNAL, "evil");
        assertThat(root).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/x"})
    void a_redirect_to_something_else_than_http_is_refused(String address) {
        hub.redirectsTo(address);
        assertFault("hub_malformed", Category.EXTERNAL, address.substring(0, 4));
    }

    /** Nothing is asked of them: whatever answers there would have been reached with the server's rights. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/",
                "https://169.254.169.254/latest/meta-data/",
                "https://127.0.0.1:1/",
                "https://localhost:1/",
                "https://[::1]:1/",
                "https://[::ffff:127.0.0.1]:1/",
                "https://[64:ff9b::7f00:1]:1/",
                "https://[fd00:ec2::254]/",
                "https://2130706433:1/",
                "https://0.0.0.0:1/",
                "https://10.0.0.1/",
                "https://172.31.255.1/",
                "https://192.168.1.1/",
                "https://100.64.0.1/",
                "http://93.184.216.34/x",
            })
    void a_redirect_to_this_machine_its_network_or_without_tls_is_refused(String address) {
        hub.redirectsTo(address);
        assertFault("hub_redirect_refused", Category.EXTERNAL, java.net.URI.create(address).getRawAuthority());
    }

    @Test
    void the_hubs_own_machine_is_asked_at_the_hubs_port_alone() {
        FakeHub another = new FakeHub();
        try {
            hub.redirectsTo(another.endpoint() + "/x");
            assertFault("hub_redirect_refused", Category.EXTERNAL, "kappa.hub.hosts");
            assertThat(another.requests()).isEmpty();
        } finally {
            another.close();
        }
    }

    @Test
    void a_redirect_in_circles_ends() {
        hub.redirectsTo(hub.endpoint() + "/lab/tiny/resolve/" + FakeHub.COMMIT + "/model.safetensors");
        assertFault("hub_malformed", Category.EXTERNAL, "redirected more than 5 times");
    }

    @Test
    void requests_at_the_same_time_download_once() throws Exception {
        HubCache cache = cache();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<Path>> paths = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                paths.add(threads.submit(() -> cache.fetch(TINY, (reference, files) -> files, new Meter())));
            }
            for (Future<Path> path : paths) {
                assertThat(path.get()).isEqualTo(paths.get(0).get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(hub.requests()).filteredOn(Request::atStore).hasSize(1);
    }

    @Test
    void without_a_token_none_is_sent() {
        token = "";
        fetch(TINY);
        assertThat(hub.requests()).allSatisfy(request -> assertThat(request.authorization()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny", "lab/tiny@", "lab/tiny/../x", "lab/tiny@main//x", "lab/tiny@main/a b", "-x/y", "a/b@c/.x"})
    void a_reference_of_another_form_is_refused(String text) {
        assertThatThrownBy(() -> HubReference.parse(text))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("invalid_source"))
                .hasMessageContaining(text);
    }

    private static long from(Request transfer) {
        return Long.parseLong(transfer.range().orElseThrow().replaceAll("bytes=(\\d+)-", "$1"));
    }

    private Path fetch(HubReference reference) {
        meter.done.set(0);
        return cache().fetch(reference, (pinned, files) -> files, meter);
    }

    private HubCache cache() {
        HubSettings settings = new HubSettings(
                hub.endpoint(),
                Set.of(hub.storeHost()),
                Optional.of(token).filter(text -> !text.isEmpty()),
                3,
                Duration.ofMillis(1),
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                1_000_000);
        return new HubCache(root, settings, path -> usable);
    }

    private void assertFault(String code, Category category, String named) {
        assertThatThrownBy(() -> fetch(TINY))
                .isInstanceOfSatisfying(Fault.class, fault -> {
                    assertThat(fault.code()).isEqualTo(code);
                    assertThat(fault.category()).isEqualTo(category);
                })
                .hasMessageContaining(named);
        assertThat(root.resolve("lab--tiny").resolve(FakeHub.COMMIT)).doesNotExist();
    }

    private List<Path> parts() throws IOException {
        try (var walk = Files.walk(root)) {
            return walk.filter(Files::isRegularFile).toList();
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static final class Meter implements HubProgress {
        private final AtomicLong total = new AtomicLong();
        private final AtomicLong done = new AtomicLong();
        private volatile long cancelAfter = Long.MAX_VALUE;

        @Override
        public void total(long bytes) {
            total.set(bytes);
        }

        @Override
        public void advanced(long bytes) {
            done.addAndGet(bytes);
        }

        @Override
        public boolean cancelled() {
            return done.get() >= cancelAfter;
        }
    }
}
