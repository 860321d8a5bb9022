package dev.kappa.page;

import dev.kappa.residency.DeviceView;
import dev.kappa.residency.Residency;
import dev.kappa.run.Queue;
import dev.kappa.run.QueueReader;
import dev.kappa.run.Run;
import dev.kappa.run.RunFilter;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** What is being worked on, what waits for it, and the devices. */
@Controller
class QueuePage {
    private static final int MOST = 50;
    private static final List<RunState> ACTIVE =
            List.of(RunState.LOADING, RunState.RUNNING, RunState.CONCLUDING, RunState.CANCELLING);

    private final QueueReader queue;
    private final Residency residency;
    private final Runs runs;
    private final RunCards cards;

    QueuePage(QueueReader queue, Residency residency, Runs runs, RunCards cards) {
        this.queue = queue;
        this.residency = residency;
        this.runs = runs;
        this.cards = cards;
    }

    /** A run that waits. */
    record Waiting(String id, String title, int priority, long place, String waited) {}

    /** A device, with what it has room for. */
    record DeviceCard(String id, int percent, String used, String capacity, List<String> residents) {
        static DeviceCard of(DeviceView device) {
            return new DeviceCard(
                    device.id(),
                    (int) Math.round(100.0 * device.usedBytes() / Math.max(1, device.capacityBytes())),
                    Numbers.bytes(device.usedBytes()),
                    Numbers.bytes(device.capacityBytes()),
                    device.residents().stream()
                            .map(resident -> resident.id() + " (" + Numbers.bytes(resident.bytes())
                                    + ModelsPage.standing(resident) + ")")
                            .toList());
        }
    }

    @GetMapping("/queue")
    String queue(Model model) {
        Queue now = queue.read();
        Stream<Run> active = ACTIVE.stream()
                .flatMap(state -> runs.list(MOST, Optional.empty(), RunFilter.of(Optional.of(state), Optional.empty())).stream());
        model.addAttribute("line", QueueLine.of(now));
        model.addAttribute("active", cards.of(active.toList()));
        model.addAttribute("waiting", now.runs().stream().limit(MOST).map(this::waiting).toList());
        model.addAttribute("more", Math.max(0, now.depth() - MOST));
        model.addAttribute("devices", residency.devices().stream().map(DeviceCard::of).toList());
        return "queue";
    }

    private Waiting waiting(Queue.Waiting run) {
        return new Waiting(
                run.id(),
                cards.title(run.experiment()),
                run.priority(),
                run.queuePosition() + 1,
                Numbers.duration(run.waitSeconds()));
    }
}
