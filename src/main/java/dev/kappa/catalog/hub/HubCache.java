package dev.kappa.catalog.hub;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders of a hub on this disk, each under its commit: {@code <owner>--<name>/<commit>[--<folder>]/}. A folder
 * appears when all its files are there and checked; until then it is called {@code .<name>.partial} and keeps what
 * has arrived.
 */
public final class HubCache {
    private static final Logger LOG = LoggerFactory.getLogger(HubCache.class);

    private static final int COMMIT_DIGITS = 40;

    private final Path root;
    private final HubSettings settings;
    private final HubHttp http;
    private final HubListing listing;
    private final ToLongFunction<Path> usableBytes;
    private final ConcurrentHashMap<Path, ReentrantLock> locks = new ConcurrentHashMap<>();

    /** A cache in a directory. */
    public HubCache(Path root, HubSettings settings) {
        this(root, settings, path -> path.toFile().getUsableSpace());
    }

    HubCache(Path root, HubSettings settings, ToLongFunction<Path> usableBytes) {
        this.root = root;
        this.settings = settings;
        this.http = new HubHttp(settings);
        this.listing = new HubListing(settings, http);
        this.usableBytes = usableBytes;
    }

    /** Which of a folder's files are wanted. */
    public interface Selection {
        /** The files to download; a user fault where the folder does not hold what is looked for. */
        List<HubFile> of(HubReference reference, List<HubFile> files);
    }

    /**
     * A folder of the hub on this disk. Whoever asks for one that is being downloaded waits and gets the same.
     */
    public Path fetch(HubReference reference, Selection selection, HubProgress progress) {
        HubReference pinned = listing.resolve(reference, progress);
        Path folder = root.resolve(pinned.repository().replace("/", "--")).resolve(name(pinned));
        ReentrantLock lock = locks.computeIfAbsent(folder, any -> new ReentrantLock());
        lock.lock();
        try {
            List<HubFile> files = selection.of(pinned, listing.files(pinned, progress));
            progress.total(files.stream().mapToLong(HubFile::size).sum());
            if (holds(folder, files)) {
                files.forEach(file -> progress.advanced(file.size()));
                return folder;
            }
            download(pinned, files, folder, progress);
            return folder;
        } catch (IOException e) {
            throw onDisk(e);
        } finally {
            lock.unlock();
        }
    }

    /** The same at the commit of a folder that was downloaded for it, here or on another server. */
    public static HubReference pinned(HubReference reference, Path folder) {
        return reference.at(folder.getFileName().toString().substring(0, COMMIT_DIGITS));
    }

    private void download(HubReference reference, List<HubFile> files, Path folder, HubProgress progress)
            throws IOException {
        Path partial = folder.resolveSibling("." + folder.getFileName() + ".partial");
        Files.createDirectories(partial);
        long missing = files.stream()
                .mapToLong(file -> file.size() - FileDownload.present(file, partial.resolve(file.path())))
                .sum();
        requireRoom(reference, missing);
        LOG.info("{}: {} files, {} bytes to download", reference, files.size(), missing);
        for (HubFile file : files) {
            new FileDownload(settings, http, progress, address(reference, file), file, partial.resolve(file.path()))
                    .run();
        }
        publish(partial, folder);
        LOG.info("{} is complete", reference);
    }

    /** Beside a folder of the same commit that holds other files of it, the two become one. */
    private static void publish(Path partial, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        List<Path> files;
        try (var walk = Files.walk(partial)) {
            files = walk.filter(Files::isRegularFile).collect(Collectors.toList());
        }
        for (Path file : files) {
            Path target = folder.resolve(partial.relativize(file));
            Files.createDirectories(target.getParent());
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void requireRoom(HubReference reference, long missing) {
        long usable = usableBytes.applyAsLong(root);
        if (usable - missing < settings.diskReserve()) {
            throw Fault.resources(
                    "disk_full",
                    reference + " needs " + missing + " bytes on disk, and " + settings.diskReserve()
                            + " must stay free; free are " + usable);
        }
    }

    private static boolean holds(Path folder, List<HubFile> files) {
        return files.stream().allMatch(file -> Files.isRegularFile(folder.resolve(file.path()))
                && folder.resolve(file.path()).toFile().length() == file.size());
    }

    private URI address(HubReference reference, HubFile file) {
        String path = Arrays.stream(reference.path(file.path()).split("/"))
                .map(HubCache::encoded)
                .collect(Collectors.joining("/"));
        return URI.create(settings.endpoint().toString().replaceFirst("/$", "") + "/" + reference.repository()
                + "/resolve/" + reference.revision() + "/" + path);
    }

    private static String encoded(String segment) {
        try {
            return new URI(null, null, "/" + segment, null).getRawPath().substring(1);
        } catch (URISyntaxException e) {
            throw Fault.external("hub_malformed", "the hub lists a file '" + segment + "'", e);
        }
    }

    private static String name(HubReference reference) {
        return reference.revision() + (reference.folder().isEmpty() ? "" : "--" + reference.folder().replace("/", "--"));
    }

    private Fault onDisk(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("No space left")
                ? Fault.resources("disk_full", "the disk of '" + root + "' is full: " + message)
                : Fault.external("cache_unwritable", "'" + root + "' cannot be written: " + e, e);
    }
}
