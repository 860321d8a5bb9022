package dev.kappa.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory of one process, each time directly after a full collection of its heap: what it has resident, and what of
 * its heap is in use. So a heap that merely fills between collections does not look like a leak.
 */
final class Residence {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");

    private final long pid;
    private final List<Long> resident = new ArrayList<>();
    private final List<Long> heap = new ArrayList<>();

    Residence(long pid) {
        this.pid = pid;
    }

    /** kB of one time. */
    record Level(int samples, long resident, long heap) {}

    void sample() {
        jcmd("GC.run");
        Matcher used = USED.matcher(jcmd("GC.heap_info"));
        long sum = 0;
        while (used.find()) {
            sum += Long.parseLong(used.group(1));
        }
        heap.add(sum);
        Matcher line = RESIDENT.matcher(status());
        line.find();
        resident.add(Long.parseLong(line.group(1)));
    }

    /** The medians of one of five equal parts of its samples. */
    Level fifth(int index) {
        int from = resident.size() * index / 5;
        int to = resident.size() * (index + 1) / 5;
        return new Level(to - from, median(resident.subList(from, to)), median(heap.subList(from, to)));
    }

    private String status() {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "status"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String jcmd(String command) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new AssertionError(command + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
