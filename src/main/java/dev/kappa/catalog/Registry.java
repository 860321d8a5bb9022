package dev.kappa.catalog;

import dev.kappa.fault.Fault;
import dev.kappa.store.ArtifactCopies;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;
import org.springframework.util.FileSystemUtils;

/** Adds entries to the catalog and removes them. What comes with the product is there from the start. */
@Service
class Registry implements InitializingBean {
    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    private final Entries entries;
    private final Fetcher fetcher;
    private final ArtifactCopies copies;
    private final ObjectProvider<Dependents> dependents;
    private final Downloads downloads;
    private final Recipes recipes;
    private final SourceRoots roots;
    private final Map<Shelf, SortedMap<String, Path>> bundled;

    Registry(
            Entries entries,
            Fetcher fetcher,
            ArtifactCopies copies,
            Bundle bundle,
            Downloads downloads,
            Recipes recipes,
            SourceRoots roots,
            ObjectProvider<Dependents> dependents) {
        this.entries = entries;
        this.fetcher = fetcher;
        this.copies = copies;
        this.downloads = downloads;
        this.recipes = recipes;
        this.roots = roots;
        this.dependents = dependents;
        this.bundled = Arrays.stream(Shelf.values()).collect(Collectors.toMap(shelf -> shelf, bundle::unpack));
    }

    /** What came of a registration. */
    sealed interface Outcome {}

    /** An entry, and whether it was already there as it was asked for. */
    record Registered(Entry entry, boolean existed) implements Outcome {}

    /** Will be an entry when it has been downloaded. */
    record OnItsWay(Download download) implements Outcome {}

    /** Before the first request is taken. */
    @Override
    public void afterPropertiesSet() {
        copies.retain(entries.artifacts());
        bundled.forEach((shelf, things) -> things.forEach((id, location) -> {
            Optional<Entry> before = entries.find(shelf, id);
            String source = "bundled:" + id;
            if (before.isPresent() && !before.get().bundled()) {
                LOG.warn("the bundled {} {} is hidden by the one registered from {}",
                        shelf.label(), id, before.get().source());
            } else if (before.isEmpty() || !before.get().location().equals(location) || !untouched(before.get())) {
                entries.put(Inspector.inspect(plain(shelf, id, source), location).entry(shelf, id, source, true));
                LOG.info("{} {} is registered from the bundle", shelf.label(), id);
            }
        }));
    }

    /** Registers what is on this machine; of what is on a hub the download is started. */
    Outcome register(Shelf shelf, Registration asked) {
        Registration registration = asked.source() != null ? asked : asked.from(recipe(shelf, asked.id()));
        Source source = Source.parse(registration.source());
        Optional<Entry> before = entries.find(shelf, registration.id());
        if (before.isPresent()) {
            return same(before.get(), registration);
        }
        if (source instanceof Source.Hub) {
            return new OnItsWay(downloads.start(shelf, registration));
        }
        Inspection inspection = Inspector.inspect(registration, locate(shelf, source));
        if (!entries.insert(inspection.entry(shelf, registration.id(), registration.source(), false))) {
            return same(find(shelf, registration.id()), registration);
        }
        LOG.info("{} {} is registered from {}", shelf.label(), registration.id(), registration.source());
        return new Registered(find(shelf, registration.id()), false);
    }

    /** The entry of an address; 404 where there is none. */
    Entry find(Shelf shelf, String id) {
        return entries.find(shelf, id)
                .orElseThrow(() -> Refusal.notFound("unknown_" + shelf.label(), unknown(shelf, id)));
    }

    String unknown(Shelf shelf, String id) {
        String state = downloads.find(shelf, id)
                .map(download -> switch (download.state()) {
                    case DOWNLOADING -> " yet, it is being downloaded";
                    case FAILED -> ", its download failed";
                })
                .orElse("");
        return shelf.label() + " '" + id + "' is not registered" + state + "; registered: " + entries.ids(shelf);
    }

    /** The download of an address, where there is no entry but one on its way. */
    Optional<Download> onItsWay(Shelf shelf, String id) {
        return entries.find(shelf, id).isPresent() ? Optional.empty() : downloads.find(shelf, id);
    }

    /**
     * Forgets an entry, or stops a download.
     *
     * @param files whether what was downloaded for it, and for no other entry, is deleted too; files that the user
     *     has put somewhere are never touched
     */
    void delete(Shelf shelf, String id, boolean files) {
        if (downloads.cancel(shelf, id)) {
            return;
        }
        Entry entry = find(shelf, id);
        if (entry.bundled()) {
            throw Refusal.conflict("bundled", shelf.label() + " '" + id + "' comes with the product and stays");
        }
        dependents.orderedStream().forEach(dependent -> dependent.needs(shelf, id).ifPresent(reason -> {
            throw Refusal.conflict("in_use", shelf.label() + " '" + id + "' cannot be deleted: " + reason);
        }));
        entries.delete(shelf, id);
        dependents.orderedStream().forEach(dependent -> dependent.deleted(shelf, id));
        copies.retain(entries.artifacts());
        if (files && Source.parse(entry.source()) instanceof Source.Hub && !entries.anyAt(entry.location())) {
            deleteTree(entry.location());
        }
    }

    private static void deleteTree(Path folder) {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            throw Fault.external("file_undeletable", "'" + folder + "' cannot be deleted: " + e, e);
        }
    }

    private static Registered same(Entry entry, Registration registration) {
        if (!entry.source().equals(registration.source()) || !registration.agreesWith(entry.facts())) {
            throw Refusal.conflict(
                    "id_taken",
                    entry.shelf().label() + " '" + entry.id() + "' is already registered, from '" + entry.source()
                            + "' with " + entry.facts());
        }
        return new Registered(entry, true);
    }

    private Recipe recipe(Shelf shelf, String id) {
        return recipes.find(shelf, id)
                .orElseThrow(() -> Fault.user(
                        "missing",
                        "source is missing, and '" + id + "' is not one of the catalog, which can be registered without: "
                                + recipes.all().stream()
                                        .filter(recipe -> recipe.kind().equals(shelf.label()))
                                        .map(Recipe::id)
                                        .toList()));
    }

    private Path locate(Shelf shelf, Source source) {
        if (source instanceof Source.Bundled name) {
            return Optional.ofNullable(bundled.get(shelf).get(name.name()))
                    .orElseThrow(() -> Fault.user(
                            "unknown_bundled",
                            "no bundled " + shelf.label() + " is called '" + name.name() + "'; there are: "
                                    + bundled.get(shelf).keySet()));
        }
        if (source instanceof Source.RunArtifact artifact) {
            return fetcher.artifact(artifact);
        }
        return roots.require(((Source.Local) source).path());
    }

    private static boolean untouched(Entry entry) {
        return Layout.fingerprint(entry.shelf(), entry.location()).equals(entry.fingerprint());
    }

    private static Registration plain(Shelf shelf, String id, String source) {
        return switch (shelf) {
            case MODEL -> new Registration.Model(id, source);
            case SAE -> new Registration.Dictionary(id, source, null, false);
            case CORPUS -> new Registration.Corpus(id, source, null, null, null);
        };
    }
}
