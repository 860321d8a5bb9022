package dev.kappa.run;

import dev.kappa.store.StoredFile;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.util.List;
import tools.jackson.core.type.TypeReference;

/** An artifact of a run; its files are in the store. */
@Entity
@Table(name = "artifact")
@IdClass(FindingKey.class)
class ArtifactRow {
    @Id
    @Column(name = "run_id")
    private String run;

    @Id
    private int ordinal;

    private String name;
    private String kind;
    private String files;

    protected ArtifactRow() {}

    ArtifactRow(String run, int ordinal, ArtifactInfo artifact) {
        this.run = run;
        this.ordinal = ordinal;
        this.name = artifact.name();
        this.kind = artifact.kind();
        this.files = Json.write(artifact.files());
    }

    ArtifactInfo artifact() {
        return new ArtifactInfo(name, kind, Json.<List<StoredFile>>read(files, new TypeReference<>() {}));
    }
}
