package dev.kappa.catalog;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.stereotype.Service;

/** What is registered and what is on its way, for people who look at it. */
@Service
public class Listing {
    private static final int MOST = 500;

    private final Entries entries;
    private final Downloads downloads;
    private final Views views;

    Listing(Entries entries, Downloads downloads, Views views) {
        this.entries = entries;
        this.downloads = downloads;
        this.views = views;
    }

    /** The newest models. */
    public List<Views.Model> models() {
        return newest(Shelf.MODEL, views::model);
    }

    /** The newest dictionaries. */
    public List<Views.Sae> saes() {
        return newest(Shelf.SAE, views::sae);
    }

    /** The newest corpora. */
    public List<Views.Corpus> corpora() {
        return newest(Shelf.CORPUS, entry -> views.corpus(entry, Optional.empty()));
    }

    /** Ids of a shelf in alphabetical order, without reading any file. */
    public List<String> ids(Shelf shelf) {
        return entries.ids(shelf);
    }

    public List<Download> downloads() {
        return downloads.all();
    }

    private <T> List<T> newest(Shelf shelf, Function<Entry, T> view) {
        return entries.newest(shelf, Optional.empty(), MOST).stream().map(view).toList();
    }
}
