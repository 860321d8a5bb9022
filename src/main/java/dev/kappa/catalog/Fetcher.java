package dev.kappa.catalog;

import dev.kappa.catalog.hub.HubCache;
import dev.kappa.catalog.hub.HubProgress;
import dev.kappa.fault.Fault;
import dev.kappa.store.ArtifactCopies;
import dev.kappa.store.CopyTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * Brings the files of entries to this server where another one registered them: from the hub at the commit that was
 * registered, from the bucket what a run left there. They must have the hash of the entry.
 */
@Component
class Fetcher implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);
    private static final int AT_ONCE = 2;
    private static final long LONGEST_STOP_SECONDS = 5;

    private final Entries entries;
    private final HubCache hub;
    private final ArtifactCopies copies;
    private final Duration longestWait;
    private final Map<Path, CompletableFuture<Void>> coming = new ConcurrentHashMap<>();
    private volatile boolean stopping;
    private final ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE, runnable -> {
        Thread thread = new Thread(runnable, "fetch");
        thread.setDaemon(true);
        return thread;
    });

    /** @param longestWait after which requests are told to come again and blocks go to other servers, while it goes on */
    Fetcher(
            Entries entries,
            HubCache hub,
            ArtifactCopies copies,
            @Value("${kappa.fetch.wait:10s}") Duration longestWait) {
        this.entries = entries;
        this.hub = hub;
        this.copies = copies;
        this.longestWait = longestWait;
    }

    /** The folder of a run's artifact on this machine. */
    Path artifact(Source.RunArtifact source) {
        return copies.folder(
                source.run(), source.artifact(), () -> entries.artifactFiles(source.run(), source.artifact()));
    }

    /** Whether the files of an entry are brought to each server that needs them. */
    boolean fetches(Entry entry) {
        return Source.parse(entry.source()) instanceof Source.Hub || copies.holds(entry.location());
    }

    /** The entry, its files being here; what cannot be fetched is tried again by whoever asks next. */
    Entry here(Entry entry) {
        Path place = entry.location();
        CompletableFuture<Void> fetch = Files.exists(place) || !fetches(entry)
                ? coming.get(place)
                : coming.computeIfAbsent(place, any -> CompletableFuture.runAsync(() -> fetch(entry), workers));
        if (fetch != null) {
            await(entry, fetch);
            coming.remove(place, fetch);
        }
        return entry;
    }

    private void await(Entry entry, CompletableFuture<Void> fetch) {
        try {
            fetch.get(longestWait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw beingFetched(entry);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw beingFetched(entry);
        } catch (ExecutionException e) {
            coming.remove(entry.location(), fetch);
            if (e.getCause() instanceof HubProgress.Cancelled) {
                throw beingFetched(entry);
            }
            throw Fault.external("fetch_failed", name(entry) + " cannot be fetched: " + e.getCause().getMessage(), e.getCause());
        }
    }

    private void fetch(Entry entry) {
        LOG.info("{} is fetched", name(entry));
        try {
            Source source = Source.parse(entry.source());
            if (source instanceof Source.Hub remote) {
                download(entry, remote);
            } else {
                artifact((Source.RunArtifact) source);
            }
            requireSame(entry);
            LOG.info("{} is here", name(entry));
        } catch (HubProgress.Cancelled e) {
            throw e;
        } catch (RuntimeException | IOException e) {
            LOG.warn("{} cannot be fetched", name(entry), e);
            throw e instanceof Fault fault ? fault : Fault.external("fetch_failed", e.toString(), e);
        }
    }

    private void download(Entry entry, Source.Hub source) {
        Path folder = hub.fetch(
                HubCache.pinned(source.reference(), entry.location()), Selections.of(entry.shelf()), new Quietly());
        Layout.of(entry.shelf(), folder).forEach(CopyTime::set);
    }

    private static void requireSame(Entry entry) throws IOException {
        String hash = Layout.contents(entry.shelf(), entry.location()).hash();
        if (!hash.equals(entry.hash())) {
            FileSystemUtils.deleteRecursively(entry.location());
            throw Fault.external(
                    "fetch_failed", "what came has the hash " + hash + ", but was registered with " + entry.hash(), null);
        }
    }

    private static Fault beingFetched(Entry entry) {
        return Fault.resources("being_fetched", name(entry) + " is still being fetched to this server; try again in a while");
    }

    private static String name(Entry entry) {
        return entry.shelf().label() + " '" + entry.id() + "' of " + entry.source();
    }

    /** What has arrived of a hub's stays for the next start. */
    @Override
    public void destroy() throws InterruptedException {
        stopping = true;
        workers.shutdown();
        workers.awaitTermination(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
    }

    private final class Quietly implements HubProgress {
        @Override
        public void total(long bytes) {}

        @Override
        public void advanced(long bytes) {}

        @Override
        public boolean cancelled() {
            return stopping;
        }
    }
}
