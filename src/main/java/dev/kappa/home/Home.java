package dev.kappa.home;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * The directory that holds all state of one server: {@code postgres}, {@code tallies}, {@code artifacts},
 * {@code cache}. It is locked while the server lives, and the lock goes with the process, however it ends.
 */
public final class Home implements AutoCloseable {
    private final Path directory;
    private final FileChannel channel;

    private Home(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** Creates the directory where it is missing and takes its lock. */
    static Home open(Path given) {
        Path directory = given.toAbsolutePath().normalize();
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    directory.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!lock(channel)) {
                String holder = Files.readString(directory.resolve("lock")).strip();
                channel.close();
                throw Fault.user(
                        "home_in_use",
                        "kappa.home '" + directory + "' is in use by another server"
                                + (holder.isEmpty() ? "" : " (process " + holder + ")")
                                + "; stop it or give another directory");
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(
                    Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
            return new Home(directory, channel);
        } catch (IOException e) {
            throw Fault.external(
                    "home_unwritable", "kappa.home '" + directory + "' cannot be used: it is no directory or not writable (" + e + ")", e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldInThisProcess) {
            return false;
        }
    }

    public Path directory() {
        return directory;
    }

    /** Eight characters that tell this directory from others, the same at each start. */
    public String id() {
        Path file = directory.resolve("id");
        try {
            if (Files.notExists(file)) {
                Files.writeString(file, UUID.randomUUID().toString().substring(0, 8));
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw Fault.external("home_unwritable", "'" + file + "' cannot be used: " + e, e);
        }
    }

    /** A folder below the directory, created where it is missing; it may be a link to one elsewhere. */
    public Path folder(String name) {
        Path folder = directory.resolve(name);
        try {
            return Files.isDirectory(folder) ? folder : Files.createDirectories(folder);
        } catch (IOException e) {
            throw Fault.external("home_unwritable", "'" + folder + "' cannot be created: " + e, e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
