package dev.kappa;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.List;
import java.util.Map;

/** Which package may know which: the science is a library that the server hosts. */
@AnalyzeClasses(packages = "dev.kappa", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] SCIENCE = {
        "dev.kappa.fault..",
        "dev.kappa.tensor..",
        "dev.kappa.weights..",
        "dev.kappa.stats..",
        "dev.kappa.lm..",
        "dev.kappa.sae..",
        "dev.kappa.corpus..",
        "dev.kappa.experiment.."
    };

    /** Ours that a package may import, beside itself; a package that is not named here may import all. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("fault", List.of()),
            Map.entry("tensor", List.of("fault")),
            Map.entry("weights", List.of("fault", "tensor")),
            Map.entry("stats", List.of("fault")),
            Map.entry("lm", List.of("fault", "tensor", "weights")),
            Map.entry("sae", List.of("fault", "tensor", "weights", "lm")),
            Map.entry("corpus", List.of("fault", "lm", "weights")),
            Map.entry(
                    "experiment", List.of("fault", "tensor", "weights", "lm", "sae", "corpus", "stats")),
            Map.entry("home", List.of("fault")),
            Map.entry("limits", List.of()),
            Map.entry("access", List.of("fault", "home")),
            Map.entry("store", List.of("fault", "weights", "experiment", "home")),
            Map.entry(
                    "catalog",
                    List.of("fault", "tensor", "weights", "lm", "sae", "corpus", "experiment", "home", "limits", "access", "store")),
            Map.entry(
                    "residency",
                    List.of("fault", "tensor", "weights", "lm", "sae", "experiment", "catalog", "home")),
            Map.entry(
                    "run",
                    List.of(
                            "fault", "tensor", "weights", "lm", "sae", "corpus", "stats", "experiment", "catalog",
                            "residency", "store", "home", "limits", "access")));

    @ArchTest
    static final ArchRule theScienceSeesNoServer = noClasses()
            .that()
            .resideInAnyPackage(SCIENCE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..", "jakarta.persistence..", "com.github.kagkarlsson..", "io.micrometer..",
                    "java.sql..", "javax.sql..");

    @ArchTest
    static final ArchRule onlyTensorTouchesTheEngine = noClasses()
            .that()
            .resideOutsideOfPackage("dev.kappa.tensor..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl.pytorch..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.kappa.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule everyPackageImportsOnlyWhatItMay = MAY_IMPORT.entrySet().stream()
            .map(entry -> (ArchRule) noClasses()
                    .that()
                    .resideInAPackage("dev.kappa." + entry.getKey() + "..")
                    .should()
                    .dependOnClassesThat(oursExcept(entry.getKey(), entry.getValue())))
            .reduce((left, right) -> CompositeArchRule.of(left).and(right))
            .orElseThrow();

    private static DescribedPredicate<JavaClass> oursExcept(String self, List<String> allowed) {
        return DescribedPredicate.describe("are ours, but neither in " + self + " nor in " + allowed, type -> {
            String name = type.getPackageName();
            if (!name.startsWith("dev.kappa.")) {
                return name.equals("dev.kappa");
            }
            String feature = name.split("\\.")[2];
            return !feature.equals(self) && !allowed.contains(feature);
        });
    }
}
