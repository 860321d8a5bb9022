package dev.kappa.residency;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The ways in which something can be held on a device.
 *
 * @param streamed the smaller way, which costs time with every use
 */
record Choice(Item whole, Optional<Item> streamed) {
    static Choice whole(Item item) {
        return new Choice(item, Optional.empty());
    }

    /**
     * All of them whole where a device of this capacity can hold that beside the activations; else the largest streamed,
     * as few as do. Where nothing does, all whole again, so that a refusal states the sizes that the user knows.
     * It depends on sizes alone and never on what is loaded now.
     */
    static List<Item> fit(List<Choice> choices, long activationBytes, long capacity) {
        List<Item> items = new ArrayList<>(choices.stream().map(Choice::whole).toList());
        List<Integer> largestFirst = choices.stream()
                .filter(choice -> choice.saved() > 0)
                .sorted(Comparator.comparingLong(Choice::saved).reversed())
                .map(choices::indexOf)
                .toList();
        long bytes = activationBytes + items.stream().mapToLong(Item::bytes).sum();
        for (int index : largestFirst) {
            if (bytes <= capacity) {
                break;
            }
            items.set(index, choices.get(index).streamed().orElseThrow());
            bytes -= choices.get(index).saved();
        }
        return bytes <= capacity ? items : choices.stream().map(Choice::whole).toList();
    }

    private long saved() {
        return streamed.map(item -> whole.bytes() - item.bytes()).orElse(0L);
    }
}
