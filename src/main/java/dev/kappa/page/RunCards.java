package dev.kappa.page;

import dev.kappa.experiment.Experiment;
import dev.kappa.run.Progress;
import dev.kappa.run.Run;
import dev.kappa.run.Runs;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The runs that pages are asked for, and their {@link RunCard}s. */
@Component
class RunCards {
    private final Runs runs;
    private final KnownKinds kinds;
    private final Clock clock = Clock.systemUTC();

    RunCards(Runs runs, KnownKinds kinds) {
        this.runs = runs;
        this.kinds = kinds;
    }

    /** The run that an address names. */
    Run find(String id) {
        return runs.find(id).orElseThrow(() -> new NotThere(runs.expiredAt(id)
                .map(when -> "Run “" + id + "” was deleted at " + when + " by kappa.retention.runs.")
                .orElse("There is no run “" + id + "”.")));
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
        return kinds.find(kind).map(Experiment::title).orElse(kind);
    }
}
