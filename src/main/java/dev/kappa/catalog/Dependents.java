package dev.kappa.catalog;

import java.util.Optional;

/** Who else relies on what is registered; asked before an entry is deleted. */
public interface Dependents {
    /** Why an entry must stay, as a clause such as "run 01ab is using it"; empty where it may go. */
    Optional<String> needs(Shelf shelf, String id);

    /** The entry is gone. */
    default void deleted(Shelf shelf, String id) {}
}
