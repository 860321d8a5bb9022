package dev.kappa.catalog;

import dev.kappa.catalog.Download.Progress;
import dev.kappa.catalog.Download.State;
import dev.kappa.catalog.hub.HubCache;
import dev.kappa.catalog.hub.HubProgress;
import dev.kappa.fault.Fault;
import dev.kappa.store.CopyTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** Brings things from a hub and makes entries of them. A restarted server goes on with what it was doing. */
@Service
class Downloads implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(Downloads.class);
    private static final int AT_ONCE = 2;
    private static final long LONGEST_STOP_SECONDS = 10;

    private final DownloadRows rows;
    private final Entries entries;
    private final HubCache hub;
    private final TransactionTemplate transactions;
    private final Map<Key, Going> going = new ConcurrentHashMap<>();
    private final ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE, runnable -> {
        Thread thread = new Thread(runnable, "download");
        thread.setDaemon(true);
        return thread;
    });

    Downloads(DownloadRows rows, Entries entries, HubCache hub, TransactionTemplate transactions) {
        this.rows = rows;
        this.entries = entries;
        this.hub = hub;
        this.transactions = transactions;
    }

    private record Key(Shelf shelf, String id) {}

    /** Starts a download, unless the same is already on its way. */
    Download start(Shelf shelf, Registration registration) {
        Selections.of(shelf);
        Key key = new Key(shelf, registration.id());
        Going mine = new Going(registration);
        Going other = going.putIfAbsent(key, mine);
        if (other == null) {
            rows.begin(shelf, registration);
            workers.execute(() -> bring(key, mine));
        } else if (!other.registration.equals(registration)) {
            throw Refusal.conflict(
                    "id_taken",
                    shelf.label() + " '" + key.id() + "' is being downloaded from " + other.registration.source());
        }
        return find(shelf, registration.id())
                .orElse(new Download(
                        shelf.label(), key.id(), registration.source(), State.DOWNLOADING, Optional.empty(), Optional.empty()));
    }

    Optional<Download> find(Shelf shelf, String id) {
        return all().stream()
                .filter(download -> download.kind().equals(shelf.label()) && download.id().equals(id))
                .findFirst();
    }

    List<Download> all() {
        return rows.all().stream().map(this::view).toList();
    }

    /** Stops a download and forgets it; false where there is none. */
    boolean cancel(Shelf shelf, String id) {
        Optional.ofNullable(going.get(new Key(shelf, id))).ifPresent(Going::cancel);
        return rows.delete(shelf, id);
    }

    @EventListener(ApplicationReadyEvent.class)
    void goOn() {
        rows.all().stream()
                .filter(row -> row.problem().isEmpty())
                .forEach(row -> start(row.shelf(), row.registration()));
    }

    /** What has arrived stays for the next start. No thread is interrupted: that would close its file and connection. */
    @Override
    public void destroy() throws InterruptedException {
        going.values().forEach(Going::cancel);
        workers.shutdown();
        workers.awaitTermination(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
    }

    private void bring(Key key, Going download) {
        Registration registration = download.registration;
        try {
            Source.Hub source = (Source.Hub) Source.parse(registration.source());
            Path folder = hub.fetch(source.reference(), Selections.of(key.shelf()), download);
            settle(key.shelf(), folder);
            Entry entry = Inspector.inspect(registration, folder)
                    .entry(key.shelf(), registration.id(), registration.source(), false);
            if (arrived(key, entry)) {
                LOG.info("{} {} is registered from {}", key.shelf().label(), key.id(), registration.source());
            }
        } catch (HubProgress.Cancelled e) {
            LOG.info("{} {}: the download was stopped", key.shelf().label(), key.id());
        } catch (Fault fault) {
            fail(key, new Views.Problem(fault.code(), fault.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{} {}: the download failed", key.shelf().label(), key.id(), e);
            fail(key, new Views.Problem("internal_error", "something went wrong here; the log has it"));
        } finally {
            going.remove(key, download);
        }
    }

    /** Other servers will have copies of the files, unless an earlier entry was made of them as they are. */
    private void settle(Shelf shelf, Path folder) {
        if (!entries.anyAt(folder)) {
            Layout.of(shelf, folder).forEach(CopyTime::set);
        }
    }

    /** The row becomes an entry, unless it was deleted meanwhile. */
    private boolean arrived(Key key, Entry entry) {
        return Boolean.TRUE.equals(transactions.execute(
                status -> rows.delete(key.shelf(), key.id()) && entries.insert(entry)));
    }

    private void fail(Key key, Views.Problem problem) {
        LOG.warn("{} {}: the download failed: {}", key.shelf().label(), key.id(), problem.detail());
        rows.fail(key.shelf(), key.id(), problem);
    }

    private Download view(DownloadRows.Row row) {
        Optional<Going> now = Optional.ofNullable(going.get(new Key(row.shelf(), row.registration().id())));
        return new Download(
                row.shelf().label(),
                row.registration().id(),
                row.registration().source(),
                row.problem().isPresent() ? State.FAILED : State.DOWNLOADING,
                now.flatMap(Going::progress),
                row.problem());
    }

    /** A download of this process: its numbers, and whether it is still wanted. */
    private static final class Going implements HubProgress {
        private static final int STEPS = 10;

        private final Registration registration;
        private long done;
        private long total = -1;
        private int said;
        private volatile boolean cancelled;

        Going(Registration registration) {
            this.registration = registration;
        }

        synchronized Optional<Progress> progress() {
            return total < 0 ? Optional.empty() : Optional.of(new Progress(done, total));
        }

        void cancel() {
            cancelled = true;
        }

        @Override
        public synchronized void total(long bytes) {
            total = bytes;
        }

        @Override
        public synchronized void advanced(long bytes) {
            done += bytes;
            int step = total <= 0 ? 0 : (int) (STEPS * done / total);
            if (step > said) {
                said = step;
                LOG.info("{}: {} of {} bytes", registration.id(), done, total);
            }
        }

        @Override
        public boolean cancelled() {
            return cancelled;
        }
    }
}
