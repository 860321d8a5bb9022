package dev.kappa.page;

import dev.kappa.page.RunPage.Item;
import dev.kappa.run.RunPlan;
import java.util.List;

/**
 * What a run would cost.
 *
 * @param problem why it cannot run as it stands; empty where it can
 */
record Cost(List<Item> items, String problem) {
    static Cost of(RunPlan plan) {
        return new Cost(
                List.of(
                        new Item("device time", plan.deviceSeconds()
                                .map(seconds -> "about " + Numbers.duration(seconds))
                                .orElse("not known: no run of this kind has been measured here")),
                        new Item("on a device", Numbers.bytes(plan.bytes())),
                        new Item("… weights", Numbers.bytes(plan.weightBytes())),
                        new Item("… activations", Numbers.bytes(plan.activationBytes())),
                        new Item("to be loaded", Numbers.bytes(plan.missingBytes())),
                        new Item("blocks", Numbers.of(plan.blocks()) + (plan.sequential() ? ", one after another" : "")),
                        new Item("operations", Numbers.of(plan.flops()) + " floating-point operations")),
                "");
    }

    static Cost none(String problem) {
        return new Cost(List.of(), problem);
    }
}
