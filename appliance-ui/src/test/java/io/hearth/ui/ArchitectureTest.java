package io.hearth.ui;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom within the control plane. */
@AnalyzeClasses(packages = "io.hearth.ui", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** Classes that are pages or parts of them: they alone speak Vaadin. */
    private static final DescribedPredicate<JavaClass> PAGES = resideInAnyPackage("io.hearth.ui.shell..", "..views..")
            .or(nameOfSelfOrOuter("View"))
            .or(nameOfSelfOrOuter("Dialog"))
            .or(nameOfSelfOrOuter("Wizard"))
            .or(nameOfSelfOrOuter("Page"))
            .or(nameOfSelfOrOuter("Panel"))
            .as("pages");

    /** Classes that speak HTTP. */
    private static final DescribedPredicate<JavaClass> HTTP = resideInAnyPackage("io.hearth.ui.api..")
            .or(nameOfSelfOrOuter("Resource"))
            .as("resources");

    @ArchTest
    static final ArchRule domainDoesNotKnowVaadin = noClasses()
            .that(DescribedPredicate.not(PAGES))
            .and()
            .resideOutsideOfPackage("io.hearth.ui.access..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.vaadin..");

    @ArchTest
    static final ArchRule domainDoesNotKnowHttp = noClasses()
            .that(DescribedPredicate.not(HTTP))
            .and()
            .resideOutsideOfPackage("io.hearth.ui.access..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.ws.rs..");

    @ArchTest
    static final ArchRule onlyTheDatabaseKnowsSqlite = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.hearth.ui.core.Database")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.sqlite..", "com.zaxxer.hikari..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.sql.Connection")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.sql.DriverManager");

    @ArchTest
    static final ArchRule coreKnowsNoFeature = noClasses()
            .that()
            .resideInAPackage("io.hearth.ui.core..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.hearth.ui..")
                    .and(DescribedPredicate.not(resideInAnyPackage("io.hearth.ui.core.."))));

    @ArchTest
    static final ArchRule noFeatureIsKnownByTheShell = noClasses()
            .that()
            .resideInAPackage("io.hearth.ui.shell..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.hearth.ui..")
                    .and(DescribedPredicate.not(resideInAnyPackage("io.hearth.ui.core..", "io.hearth.ui.shell.."))));

    @ArchTest
    static final ArchRule logsAreSystemLoggers = noClasses()
            .that(DescribedPredicate.not(nameOfSelfOrOuter("RecentLog")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "org.jboss.logging..", "org.slf4j..");

    @ArchTest
    static final ArchRule nothingSleeps = noClasses().should().callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule nothingIsDeserialised =
            noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.io.ObjectInputStream");

    @ArchTest
    static final ArchRule noProgramIsStarted = noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.ProcessBuilder")
            .orShould()
            .callMethod(Runtime.class, "exec", String.class);

    private static DescribedPredicate<JavaClass> nameOfSelfOrOuter(String ending) {
        DescribedPredicate<JavaClass> named = simpleNameEndingWith(ending);
        return DescribedPredicate.describe("named or within *" + ending, found -> {
            for (JavaClass type = found;
                    type != null;
                    type = type.getEnclosingClass().orElse(null)) {
                if (named.test(type)) {
                    return true;
                }
            }
            return false;
        });
    }
}
