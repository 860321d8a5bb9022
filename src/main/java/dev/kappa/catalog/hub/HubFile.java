package dev.kappa.catalog.hub;

import dev.kappa.fault.Fault;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A file as the hub lists it.
 *
 * @param path relative to the folder that was asked for
 * @param oid of large files the SHA-256 of the content, of others the SHA-1 of git's blob
 */
public record HubFile(String path, long size, String oid) {
    private static final int SHA_256_DIGITS = 64;

    /** A digest that, fed with the content, gives {@link #oid}. */
    MessageDigest digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance(isLarge() ? "SHA-256" : "SHA-1");
            restart(digest);
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw Fault.internal("no_digest", "this Java runtime lacks SHA-256 or SHA-1", e);
        }
    }

    /** Forgets what such a digest was fed. */
    void restart(MessageDigest digest) {
        digest.reset();
        if (!isLarge()) {
            digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private boolean isLarge() {
        return oid.length() == SHA_256_DIGITS;
    }
}
