package dev.kappa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.experiment.Artifact;
import dev.kappa.testing.KappaServer;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArtifactStoreTest {
    private final ArtifactStore store = KappaServer.shared().bean(ArtifactStore.class);

    @Test
    void writingAgainReplacesTheWholeFolder() throws IOException {
        store.write("again", new Artifact("model", "sae", Map.of("a.bin", new byte[] {1}, "b.bin", new byte[] {2})));
        var files = store.write("again", new Artifact("model", "sae", Map.of("a.bin", new byte[] {3, 4})));
        assertThat(files).singleElement().satisfies(file -> {
            assertThat(file.bytes()).isEqualTo(2);
            assertThat(file.sha256()).hasSize(64);
        });
        assertThat(store.resource("again", "model", "a.bin").getContentAsByteArray()).containsExactly(3, 4);
        assertThat(store.resource("again", "model", "b.bin").exists()).isFalse();
        store.delete("again");
        assertThat(store.resource("again", "model", "a.bin").exists()).isFalse();
    }

    @Test
    void namesThatLeaveTheFolderAreRefused() {
        for (String name : new String[] {"../up", "a/b", "", ".hidden", "a\u0000"}) {
            assertThatThrownBy(() -> store.write("names", new Artifact("ok", "data", Map.of(name, new byte[0]))))
                    .hasMessageContaining("cannot be the name");
            assertThatThrownBy(() -> store.write("names", new Artifact(name, "data", Map.of())))
                    .hasMessageContaining("cannot be the name");
        }
    }
}
