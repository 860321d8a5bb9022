package dev.kappa.run;

import dev.kappa.tensor.Libraries;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.stereotype.Component;

/** What computes here: versions that the last digits of a result may depend on. */
@Component
class Software {
    private final ObjectProvider<BuildProperties> build;

    Software(ObjectProvider<BuildProperties> build) {
        this.build = build;
    }

    /** Versions by name, as JSON. */
    String json() {
        Map<String, String> versions = new LinkedHashMap<>();
        build.ifAvailable(info -> versions.put("kappa", info.getVersion()));
        versions.putAll(Libraries.versions());
        versions.put("java", System.getProperty("java.version"));
        versions.put("platform", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return Json.write(versions);
    }
}
