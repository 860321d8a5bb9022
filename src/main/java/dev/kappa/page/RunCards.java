package dev.kappa.page;

import dev.kappa.run.Experiments;
import dev.kappa.run.Progress;
import dev.kappa.run.Run;
import dev.kappa.run.Runs;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Makes {@link RunCard}s. */
@Component
class RunCards {
    private final Runs runs;
    private final Experiments experiments;
    private final Clock clock = Clock.systemUTC();

    RunCards(Runs runs, Experiments experiments) {
        this.runs = runs;
        this.experiments = experiments;
    }

    RunCard of(Run run) {
        return card(run, runs.progress(run), runs.queuePosition(run));
    }

    /** Without places in the queue, which would cost a query each. */
    List<RunCard> of(List<Run> list) {
        List<Progress> progress = runs.progress(list);
        List<RunCard> cards = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            cards.add(card(list.get(i), progress.get(i), Optional.empty()));
        }
        return cards;
    }

    private RunCard card(Run run, Progress progress, Optional<Long> ahead) {
        return RunCard.of(run, progress, title(run.experiment()), ahead, clock.instant());
    }

    String title(String kind) {
        return experiments.all().stream()
                .map(known -> known.experiment())
                .filter(known -> known.kind().equals(kind))
                .map(known -> known.title())
                .findFirst()
                .orElse(kind);
    }
}
