package dev.kappa.residency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.catalog.Shelf;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChoiceTest {
    private final List<Choice> choices = List.of(
            Choice.whole(item("model", false, 40)), sae("narrow", 10), sae("wide", 100), sae("wider", 200));

    @Test
    void everything_is_whole_where_that_fits() {
        assertThat(Choice.fit(choices, 50, 400)).extracting(Item::streamed).containsOnly(false);
    }

    @Test
    void the_largest_are_streamed_and_as_few_as_do() {
        List<Item> items = Choice.fit(choices, 50, 399);

        assertThat(items).extracting(Item::id).containsExactly("model", "narrow", "wide", "wider");
        assertThat(items).extracting(Item::streamed).containsExactly(false, false, false, true);
        assertThat(Choice.fit(choices, 50, 150)).extracting(Item::streamed).containsExactly(false, false, true, true);
    }

    @Test
    void what_would_be_no_smaller_is_not_streamed() {
        assertThat(Choice.fit(List.of(sae("narrow", 10), sae("wide", 100)), 0, 30))
                .extracting(Item::streamed)
                .containsExactly(false, true);
    }

    @Test
    void where_nothing_fits_the_sizes_are_those_of_the_whole() {
        assertThat(Choice.fit(choices, 50, 80)).extracting(Item::bytes).containsExactly(40L, 10L, 100L, 200L);
    }

    private static Choice sae(String id, long bytes) {
        return new Choice(item(id, false, bytes), Optional.of(item(id, true, 20)));
    }

    private static Item item(String id, boolean streamed, long bytes) {
        return new Item(Shelf.SAE, id, "hash", streamed, bytes, device -> () -> {});
    }
}
