package dev.kappa.page;

import dev.kappa.run.Queue;

/** The queue in one line. */
final class QueueLine {
    private QueueLine() {}

    static String of(Queue queue) {
        String active = counted(queue.active(), "run is", "runs are") + " being worked on";
        String lanes = " (" + counted(queue.lanes(), "block", "blocks") + " at once)";
        String waiting = queue.depth() == 0
                ? "none waits"
                : counted(queue.depth(), "waits", "wait")
                        + queue.oldestWaitSeconds().map(seconds -> ", the oldest for " + Numbers.duration(seconds)).orElse("");
        return (queue.active() == 0 ? "No run is being worked on" : active) + lanes + "; " + waiting + ".";
    }

    private static String counted(long number, String one, String many) {
        return Numbers.of(number) + " " + (number == 1 ? one : many);
    }
}
