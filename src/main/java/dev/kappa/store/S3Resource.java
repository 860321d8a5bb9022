package dev.kappa.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.core.io.AbstractResource;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** An object; bytes that a reader skips are not fetched. */
final class S3Resource extends AbstractResource {
    private final S3Client s3;
    private final String bucket;
    private final String key;
    private long length = -1;

    S3Resource(S3Client s3, String bucket, String key) {
        this.s3 = s3;
        this.bucket = bucket;
        this.key = key;
    }

    @Override
    public boolean exists() {
        try {
            length = s3.headObject(request -> request.bucket(bucket).key(key)).contentLength();
            return true;
        } catch (NoSuchKeyException e) {
            return false;
        }
    }

    @Override
    public long contentLength() throws IOException {
        if (length < 0 && !exists()) {
            throw new IOException(getDescription() + " does not exist");
        }
        return length;
    }

    /** Never, so that nobody reads it to its end to know its length. */
    @Override
    public long lastModified() throws IOException {
        throw new IOException(getDescription() + " never changes");
    }

    @Override
    public String getDescription() {
        return "s3://" + bucket + "/" + key;
    }

    @Override
    public InputStream getInputStream() {
        return new Lazy();
    }

    /** Opens the object where the first byte is read. */
    private final class Lazy extends FilterInputStream {
        private long skipped;

        Lazy() {
            super(null);
        }

        /** An empty object has no first byte that a range could begin at. */
        private InputStream open() throws IOException {
            if (in == null) {
                String range = skipped == 0 ? null : "bytes=" + skipped + "-";
                try {
                    in = s3.getObject(request -> request.bucket(bucket).key(key).range(range));
                } catch (SdkException e) {
                    throw new IOException(getDescription() + ": " + e.getMessage(), e);
                }
            }
            return in;
        }

        @Override
        public long skip(long bytes) throws IOException {
            if (in != null) {
                return in.skip(bytes);
            }
            skipped += Math.max(0, bytes);
            return Math.max(0, bytes);
        }

        @Override
        public int read() throws IOException {
            return open().read();
        }

        @Override
        public int read(byte[] buffer, int offset, int count) throws IOException {
            return open().read(buffer, offset, count);
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
            }
        }
    }
}
