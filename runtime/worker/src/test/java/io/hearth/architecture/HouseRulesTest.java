package io.hearth.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design and a few things that no class of Hearth may do. */
@AnalyzeClasses(packages = "io.hearth", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
    private static final DescribedPredicate<JavaClass> PROGRAM = DescribedPredicate.describe(
            "have a main method",
            type -> type.tryGetMethod("main", String[].class).isPresent());

    @ArchTest
    static final ArchRule roomsKnowOnlyWhomTheyMay = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.hearth..")
            .layer("contract")
            .definedBy("io.hearth.contract..")
            .layer("text")
            .definedBy("io.hearth.text..")
            .layer("device")
            .definedBy("io.hearth.device")
            .layer("conformance")
            .definedBy("io.hearth.device.conformance..")
            .layer("device-cpu")
            .definedBy("io.hearth.device.cpu..")
            .layer("device-cuda")
            .definedBy("io.hearth.device.cuda..")
            .layer("device-ascend")
            .definedBy("io.hearth.device.ascend..")
            .layer("engine")
            .definedBy("io.hearth.engine..")
            .layer("starter")
            .definedBy("io.hearth.starter..")
            .layer("worker")
            .definedBy("io.hearth.worker..")
            .withOptionalLayers(true)
            .ensureAllClassesAreContainedInArchitecture()
            .whereLayer("contract")
            .mayNotAccessAnyLayer()
            .whereLayer("text")
            .mayNotAccessAnyLayer()
            .whereLayer("device")
            .mayNotAccessAnyLayer()
            .whereLayer("conformance")
            .mayOnlyAccessLayers("device")
            .whereLayer("device-cpu")
            .mayOnlyAccessLayers("device")
            .whereLayer("device-cuda")
            .mayOnlyAccessLayers("device")
            .whereLayer("device-ascend")
            .mayOnlyAccessLayers("device")
            .whereLayer("engine")
            .mayOnlyAccessLayers("device", "text", "contract")
            .whereLayer("starter")
            .mayOnlyAccessLayers("engine", "device", "text", "contract")
            .whereLayer("worker")
            .mayOnlyAccessLayers("engine", "device", "text", "contract");

    @ArchTest
    static final ArchRule onlyTheCudaDeviceKnowsNvidiasPresets = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.hearth.device.cuda.blas..", "io.hearth.device.cuda.nccl..", "io.hearth.device.cuda.library..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco..")
            .because("the first touch without a driver breaks them for the life of the process");

    @ArchTest
    static final ArchRule onlyTheAscendDeviceKnowsJna = noClasses()
            .that()
            .resideOutsideOfPackage("io.hearth.device.ascend..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.sun.jna..")
            .because(
                    "the JDK calls foreign functions by itself, and JNA unpacks a library of its own when it is touched");

    @ArchTest
    static final ArchRule roomsAreFreeOfCycles =
            slices().matching("io.hearth.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfTheEngineAreFreeOfCycles =
            slices().matching("io.hearth.engine.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfTheWorkerAreFreeOfCycles =
            slices().matching("io.hearth.worker.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule recordsOfTheContractNeedOnlyTheJdk = noClasses()
            .that()
            .resideInAPackage("io.hearth.contract..")
            .should()
            .dependOnClassesThat(not(resideInAnyPackage("java..", "io.hearth.contract..")))
            .because("agent and control plane share them without a library");

    @ArchTest
    static final ArchRule nothingThatRunsWhenItIsRead = noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.ObjectInputStream")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.script..", "java.beans..")
            .because("what is read is data and never code");

    @ArchTest
    static final ArchRule noShells = noClasses()
            .should()
            .callMethod(Runtime.class, "exec", String.class)
            .orShould()
            .callMethod(Runtime.class, "exec", String[].class)
            .because("a child process is started from a list of arguments, through ProcessBuilder");

    @ArchTest
    static final ArchRule backEndsAreFoundByServiceLoaderAlone = noClasses()
            .should()
            .callMethod(Class.class, "forName", String.class)
            .orShould()
            .callMethod(Class.class, "forName", String.class, boolean.class, ClassLoader.class)
            .orShould()
            .callMethod(ClassLoader.class, "loadClass", String.class)
            .because("a name in a file must never choose code");

    @ArchTest
    static final ArchRule standardOutputBelongsToTheWorker = noClasses()
            .that()
            .resideOutsideOfPackages("io.hearth.worker..")
            .and(not(PROGRAM))
            .should()
            .accessField(System.class, "out")
            .because("events are written there");

    @ArchTest
    static final ArchRule onlyProgramsEndTheProcess = noClasses()
            .that()
            .resideOutsideOfPackages("io.hearth.worker..")
            .and(not(PROGRAM))
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class);

    @ArchTest
    static final ArchRule oneLogger = noClasses()
            .that(not(resideInAPackage("io.hearth.worker.process")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "org.slf4j..")
            .because("System.Logger is the one way to log; where lines go is the worker's matter");

    @ArchTest
    static final ArchRule onlyTheFrontDoorSpeaksHttp = noClasses()
            .that()
            .resideOutsideOfPackages("io.hearth.worker..", "io.hearth.starter.quickstart..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.vertx..", "io.netty..", "java.net.http.."))
            .because("nothing leaves the building");
}
