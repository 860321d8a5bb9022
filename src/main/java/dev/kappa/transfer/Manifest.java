package dev.kappa.transfer;

import java.util.List;

/**
 * The last entry of an archive: what the others are.
 *
 * @param format {@value #FORMAT}
 * @param version of the format; a reader takes its own and earlier ones
 * @param run id of the run
 * @param files every other entry, in the order of the archive
 * @param missing tallies and artifacts that the run had, but that are no longer in the store
 */
record Manifest(String format, int version, String run, List<File> files, List<String> missing) {
    static final String FORMAT = "kappa-run";
    static final int VERSION = 1;

    /** @param sha256 of the entry's content, in hexadecimal */
    record File(String path, long bytes, String sha256) {}
}
