package io.hearth.device.cuda.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryFoldersTest {
    @TempDir
    Path temporary;

    private Path root;

    @BeforeEach
    void resolveRoot() throws IOException {
        root = temporary.toRealPath();
    }

    private Path folder(String path) throws IOException {
        return Files.createDirectories(root.resolve(path));
    }

    @Test
    void configuredThenSystemThenPython() throws IOException {
        Path configured = folder("srv/cuda");
        Path older = folder("usr/local/cuda-13.0/lib64");
        Path newer = folder("usr/local/cuda-13.1/lib64");
        Path packages = folder("usr/local/lib/python3.12/dist-packages/nvidia/cu13/lib");
        Path nccl = folder("usr/local/lib/python3.12/dist-packages/nvidia/nccl/lib");
        assertThat(LibraryFolders.list(configured.toString(), root, Map.of()))
                .containsSubsequence(configured, newer, older, packages, nccl);
    }

    @Test
    void theLoadersConfigurationIsFollowed() throws IOException {
        Path included = folder("opt/nvidia/lib");
        folder("etc/ld.so.conf.d");
        Files.writeString(root.resolve("etc/ld.so.conf"), "include /etc/ld.so.conf.d/*.conf\n");
        Files.writeString(root.resolve("etc/ld.so.conf.d/nvidia.conf"), "# NVIDIA\n/opt/nvidia/lib # here\n/none\n");
        assertThat(LibraryFolders.list(null, root, Map.of())).contains(included);
    }

    @Test
    void environmentsOfPythonComeBeforeTheSystemsPackages() throws IOException {
        Path own = folder("home/someone/env/lib/python3.11/site-packages/nvidia/cu13/lib");
        Path system = folder("usr/lib/python3/dist-packages/nvidia/cu13/lib");
        List<Path> found = LibraryFolders.list(
                null,
                root,
                Map.of("VIRTUAL_ENV", root.resolve("home/someone/env").toString()));
        assertThat(found).containsSubsequence(own, system);
    }

    @Test
    void whatTheSystemsLoaderIsToldIsLookedAt() throws IOException {
        Path told = folder("srv/libraries");
        assertThat(LibraryFolders.list(null, root, Map.of("LD_LIBRARY_PATH", "/none:" + told)))
                .containsExactly(told);
    }

    @Test
    void theFirstFolderWins() throws IOException {
        Path first = folder("a");
        Path second = folder("b");
        Files.createFile(second.resolve("libnccl.so.2"));
        Files.createFile(second.resolve("libnvrtc-builtins.so.13.0"));
        NvidiaLibraries libraries = new NvidiaLibraries(List.of(first, second));
        assertThat(libraries.find("libnccl.so.2")).contains(second.resolve("libnccl.so.2"));
        Files.createFile(first.resolve("libnccl.so.2"));
        assertThat(libraries.find("libnccl.so.2")).contains(first.resolve("libnccl.so.2"));
        assertThat(libraries.findByPrefix("libnvrtc-builtins.so.13"))
                .contains(second.resolve("libnvrtc-builtins.so.13.0"));
    }

    @Test
    void missingLibrariesAreNamedWithWhatToInstall() throws IOException {
        Path only = folder("a");
        Files.createFile(only.resolve("libcudart.so.13"));
        assertThat(new NvidiaLibraries(List.of(only)).whyNot(NvidiaLibraries.BLAS))
                .contains(
                        "NVIDIA's libraries libcublasLt.so.13, libcublas.so.13 are not on this machine. Install "
                                + "libcublas-13-0 (pip: nvidia-cublas), or set HEARTH_CUDA_LIBRARIES to the folder that holds them.");
        Files.createFile(only.resolve("libcublasLt.so.13"));
        Files.createFile(only.resolve("libcublas.so.13"));
        assertThat(new NvidiaLibraries(List.of(only)).whyNot(NvidiaLibraries.BLAS))
                .isEmpty();
    }
}
