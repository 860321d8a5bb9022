package dev.kappa.store;

import dev.kappa.fault.Fault;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bucket and what the keys in it begin with.
 *
 * @param prefix empty, or ending in a slash
 */
record S3Address(String bucket, String prefix) {
    private static final Pattern FORM = Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9_./=-]*))?");

    static S3Address parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw Fault.user(
                    "bad_store", "kappa.store '" + text + "' is no address of a bucket; accepted: such as s3://bucket/prefix");
        }
        String prefix = form.group(2) == null ? "" : form.group(2);
        return new S3Address(form.group(1), prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
    }

    String key(String name) {
        return prefix + name;
    }
}
