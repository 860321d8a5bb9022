package dev.kappa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.experiment.Artifact;
import dev.kappa.testing.KappaServer;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArtifactStoreTest {
    private final ArtifactStore store = KappaServer.shared().bean(ArtifactStore.class);

    @Test
    void writingAgainReplacesTheWholeFolder() {
        store.write("again", new Artifact("model", "sae", Map.of("a.bin", new byte[] {1}, "b.bin", new byte[] {2})));
        var files = store.write("again", new Artifact("model", "sae", Map.of("a.bin", new byte[] {3, 4})));
        assertThat(files).singleElement().satisfies(file -> {
            assertThat(file.bytes()).isEqualTo(2);
            assertThat(file.sha256()).hasSize(64);
        });
        assertThat(store.folder("again", "model")).isDirectoryContaining("glob:**a.bin");
        assertThat(store.folder("again", "model").resolve("b.bin")).doesNotExist();
        store.delete("again");
        assertThat(Files.exists(store.folder("again", "model"))).isFalse();
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
