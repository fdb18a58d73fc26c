package io.hearth.agent;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.hearth.agent", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule knowsOnlyTheProtocolAndTheContract = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.hearth.engine..",
                    "io.hearth.text..",
                    "io.hearth.device..",
                    "io.hearth.worker..",
                    "io.hearth.ui.."))
            .because("the agent starts workers and never links them");

    @ArchTest
    static final ArchRule httpOfVertxIsForServingLinkAndBlobs = noClasses()
            .that()
            .resideOutsideOfPackages("io.hearth.agent.serving..", "io.hearth.agent.link..", "io.hearth.agent.blobs..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.vertx.core.http.."));

    @ArchTest
    static final ArchRule concernsAreFreeOfCycles =
            slices().matching("io.hearth.agent.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule programsAreStartedFromAListOfArguments = noClasses()
            .should()
            .callMethod(Runtime.class, "exec", String.class)
            .orShould()
            .callMethod(Runtime.class, "exec", String[].class);

    @ArchTest
    static final ArchRule oneLogger = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "org.slf4j..", "org.jboss.logging..");
}
