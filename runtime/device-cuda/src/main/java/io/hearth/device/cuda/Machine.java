package io.hearth.device.cuda;

import io.hearth.device.DeviceException;
import io.hearth.device.cuda.driver.Context;
import io.hearth.device.cuda.driver.Driver;
import io.hearth.device.cuda.driver.DriverException;
import io.hearth.device.cuda.driver.DriverStatus;
import io.hearth.device.cuda.library.NvidiaLibraries;
import io.hearth.device.cuda.nvrtc.Nvrtc;
import io.hearth.device.cuda.nvrtc.NvrtcCompiler;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/**
 * What this machine has for NVIDIA cards: driver, libraries, kernels. Every reason why a card cannot be used is a sentence
 * with what to do.
 *
 * @param driver initialised
 * @param libraries where NVIDIA's libraries are
 * @param kernels of this build
 */
record Machine(Driver driver, NvidiaLibraries libraries, KernelImages kernels) {
    /** Ampere: the first with bf16 in its tensor cores and copies in the background. */
    private static final int OLDEST_CAPABILITY = 80;

    /** CUDA version that the driver must serve, as {@link Driver#version} counts. */
    private static final int OLDEST_DRIVER = 1000 * NvidiaLibraries.CUDA_MAJOR;

    /** @throws DeviceException if no card of this machine can be used */
    static Machine find() {
        NvidiaLibraries libraries = NvidiaLibraries.ofThisMachine();
        SymbolLookup library = libraries.driver().orElseThrow(Machine::noDriver);
        Machine machine = new Machine(start(library), libraries, KernelImages.ofThisBuild());
        if (machine.driver.version() < OLDEST_DRIVER) {
            throw new DeviceException("NVIDIA's driver is too old: it serves CUDA "
                    + CardText.cudaVersion(machine.driver.version()) + ", and Hearth needs one that serves CUDA "
                    + CardText.cudaVersion(OLDEST_DRIVER) + ". Install NVIDIA's driver 580 or newer.");
        }
        if (machine.driver.cards() == 0) {
            throw noCard();
        }
        Optional<String> blas = libraries.whyNot(NvidiaLibraries.BLAS);
        if (blas.isPresent()) {
            throw new DeviceException("No NVIDIA card is used. " + blas.get());
        }
        return machine;
    }

    private static DeviceException noDriver() {
        return new DeviceException(
                PciCards.haveNvidia()
                        ? "There is an NVIDIA card in this machine, but no driver for it (libcuda.so.1). "
                                + "Install NVIDIA's driver 580 or newer."
                        : "No NVIDIA card is used: this machine has no NVIDIA driver (libcuda.so.1).");
    }

    private static DeviceException noCard() {
        return new DeviceException("No NVIDIA card is used: the driver is there but finds no card."
                + (System.getenv("CUDA_VISIBLE_DEVICES") == null
                        ? ""
                        : " The variable CUDA_VISIBLE_DEVICES is set: it says which cards this process may see."));
    }

    private static Driver start(SymbolLookup library) {
        try {
            return new Driver(library);
        } catch (DriverException e) {
            throw e.status() == DriverStatus.NO_DEVICE ? noCard() : e;
        } catch (IllegalStateException e) {
            // A function that every driver of the last years has is missing.
            throw new DeviceException(
                    "NVIDIA's driver is too old: " + e.getMessage() + ". Install NVIDIA's driver 580 or newer.", e);
        }
    }

    /**
     * A card that is new enough, allowed, and has kernels.
     *
     * @throws DeviceException with the reason if it is not
     */
    Driver.Card usable(int index) {
        Driver.Card card = driver.card(index);
        if (card.computeCapability() < OLDEST_CAPABILITY) {
            throw new DeviceException(CardText.named(card) + " is too old: its compute capability is "
                    + CardText.capability(card.computeCapability()) + ", and Hearth needs "
                    + CardText.capability(OLDEST_CAPABILITY) + " or newer (Ampere).");
        }
        if (card.prohibited()) {
            throw new DeviceException(CardText.named(card) + " is not allowed to compute: its compute mode is "
                    + "\"Prohibited\". Allow it with: nvidia-smi -i " + card.pciAddress() + " -c DEFAULT");
        }
        if (kernels.forCapability(card.computeCapability()).isEmpty() && !Nvrtc.isHere(libraries)) {
            throw new DeviceException("This build of Hearth has no kernels for " + CardText.named(card)
                    + " (compute capability " + CardText.capability(card.computeCapability())
                    + "): it was made without nvcc, and NVRTC, which compiles them at run time, is not here. "
                    + "Install cuda-nvrtc-13-0 (pip: nvidia-cuda-nvrtc), or build with nvcc.");
        }
        return card;
    }

    /** The kernels for a card: those of the build, else compiled here, which takes a minute the first time. */
    KernelImages.Chosen kernelsFor(Driver.Card card) {
        return kernels.forCapability(card.computeCapability()).orElseGet(() -> compiled(card.computeCapability()));
    }

    private KernelImages.Chosen compiled(int computeCapability) {
        return KernelImages.in(NvrtcCompiler.compile(libraries, computeCapability))
                .forCapability(computeCapability)
                .orElseThrow();
    }

    /**
     * Takes a card for this process.
     *
     * @throws DeviceException if another process has it for itself
     */
    Context take(Driver.Card card) {
        try {
            return driver.open(card.index());
        } catch (DriverException e) {
            if (e.status() == DriverStatus.DEVICE_UNAVAILABLE) {
                throw new DeviceException(
                        CardText.named(card) + " is busy: another process has it for itself. Stop that process "
                                + "(nvidia-smi lists it), or share the card with: nvidia-smi -i "
                                + card.pciAddress()
                                + " -c DEFAULT",
                        e);
            }
            throw new DeviceException(CardText.named(card) + " cannot be used. " + e.getMessage(), e);
        }
    }

    /** Capability, driver and kernels of a card, one line for a person. */
    String describe(Driver.Card card) {
        return "compute capability " + CardText.capability(card.computeCapability()) + ", driver "
                + CardText.driverVersion(driver.version()) + ", kernels for "
                + kernels.forCapability(card.computeCapability())
                        .map(KernelImages.Chosen::describe)
                        .orElse("it compiled here by NVRTC");
    }
}
