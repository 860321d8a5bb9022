package dev.kappa.page;

import dev.kappa.catalog.Catalog;
import dev.kappa.catalog.Download;
import dev.kappa.catalog.Listing;
import dev.kappa.catalog.Shelf;
import dev.kappa.catalog.Views;
import dev.kappa.lm.Architecture;
import dev.kappa.residency.DeviceView;
import dev.kappa.residency.Residency;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** What is registered, and what of it is on which device. */
@Controller
@RequestMapping("/models")
class ModelsPage {
    private final Catalog catalog;
    private final Listing listing;
    private final Residency residency;

    ModelsPage(Catalog catalog, Listing listing, Residency residency) {
        this.catalog = catalog;
        this.listing = listing;
        this.residency = residency;
    }

    /**
     * A registered thing.
     *
     * @param facts what it is, in a few words
     * @param size on a device, or as a file where it is never loaded
     * @param places the devices that it is on, with how it stands there
     */
    record Thing(
            String shelf,
            String id,
            String facts,
            String size,
            String source,
            String problem,
            List<String> places,
            boolean resident,
            boolean pinned) {}

    /** Something on its way here. */
    record Arrival(String id, String source, int percent, String bytes, String problem) {}

    @GetMapping
    String models(Model model) {
        List<DeviceView> devices = residency.devices();
        model.addAttribute(
                "models",
                listing.models().stream().map(view -> model(view, devices)).toList());
        model.addAttribute("saes", listing.saes().stream().map(view -> sae(view, devices)).toList());
        model.addAttribute(
                "corpora", listing.corpora().stream().map(ModelsPage::corpus).toList());
        model.addAttribute(
                "arrivals", listing.downloads().stream().map(ModelsPage::arrival).toList());
        return "models";
    }

    @PostMapping("/{shelf:model|sae}/{id}/{action:load|unload|pin|unpin}")
    String act(@PathVariable String shelf, @PathVariable String id, @PathVariable String action) {
        Shelf on = shelf.equals("model") ? Shelf.MODEL : Shelf.SAE;
        if (!catalog.has(on, id)) {
            throw new NotThere("There is no " + shelf + " “" + id + "”.");
        }
        switch (action) {
            case "load" -> residency.load(on, id, Optional.empty());
            case "pin" -> residency.pin(on, id, Optional.empty());
            case "unpin" -> residency.unpin(on, id);
            default -> {
                if (!residency.unload(on, id, Optional.empty())) {
                    throw new InUse("A run is using " + shelf + " “" + id + "”. It can be unloaded when the run has ended.");
                }
            }
        }
        return "redirect:/models";
    }

    private static Thing model(Views.Model view, List<DeviceView> devices) {
        return thing(
                Shelf.MODEL,
                view.id(),
                view.architecture().map(ModelsPage::facts).orElse(""),
                view.architecture().map(Architecture::parameterBytes).orElse(view.bytes()),
                view.source(),
                view.problem(),
                devices);
    }

    private static String facts(Architecture a) {
        return Words.plain(a.family()) + ", " + a.layers() + " layers, d = " + a.dModel() + ", vocabulary "
                + Numbers.of(a.vocabulary()) + ", context " + Numbers.of(a.contextLength());
    }

    private static Thing sae(Views.Sae view, List<DeviceView> devices) {
        List<String> facts = new ArrayList<>();
        view.hook().ifPresent(facts::add);
        view.width().ifPresent(width -> facts.add("width " + Numbers.of(width)));
        view.activation().ifPresent(facts::add);
        view.format().ifPresent(format -> facts.add(format + " files"));
        return thing(
                Shelf.SAE,
                view.id(),
                String.join(", ", facts),
                view.residentBytes().orElse(view.bytes()),
                view.source(),
                view.problem(),
                devices);
    }

    private static Thing thing(
            Shelf shelf,
            String id,
            String facts,
            long bytes,
            String source,
            Optional<Views.Problem> problem,
            List<DeviceView> devices) {
        List<String> places = new ArrayList<>();
        boolean pinned = false;
        for (DeviceView device : devices) {
            for (DeviceView.ResidentView resident : device.residents()) {
                if (resident.names(shelf, id)) {
                    places.add(device.id() + standing(resident));
                    pinned |= resident.pinned();
                }
            }
        }
        return new Thing(
                shelf.label(),
                id,
                facts,
                Numbers.bytes(bytes),
                source,
                problem.map(Views.Problem::detail).orElse(""),
                places,
                !places.isEmpty(),
                pinned);
    }

    static String standing(DeviceView.ResidentView resident) {
        return (resident.loaded() ? "" : ", loading")
                + (resident.pinned() ? ", pinned" : "")
                + (resident.leases() == 0 ? "" : ", used by " + resident.leases());
    }

    private static Thing corpus(Views.Corpus view) {
        return new Thing(
                Shelf.CORPUS.label(),
                view.id(),
                view.kind().label() + ", " + Numbers.of(view.items()) + " items",
                Numbers.bytes(view.bytes()),
                view.source(),
                "",
                List.of(),
                false,
                false);
    }

    private static Arrival arrival(Download download) {
        Optional<Download.Progress> progress = download.progress();
        return new Arrival(
                download.id(),
                download.source(),
                progress.map(p -> (int) (100 * p.doneBytes() / Math.max(1, p.totalBytes()))).orElse(0),
                progress.map(p -> Numbers.bytes(p.doneBytes()) + " of " + Numbers.bytes(p.totalBytes())).orElse("listing"),
                download.problem().map(Views.Problem::detail).orElse(""));
    }
}
