package io.hearth.device.ascend.cann;

import com.sun.jna.Pointer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.LongToIntFunction;

/**
 * CANN's runtime in this process. Functions that concern a card are for the card that the calling thread has turned to; see
 * {@link io.hearth.device.ascend.card.Card#bind}.
 */
public final class Acl {
    private static final int HUGE_PAGES_FIRST = 0;
    private static final int HIGH_BANDWIDTH_MEMORY = 1;
    private static final int DETERMINISTIC = 0;
    private static final int CANN = 0;
    private static final int VERSION_BYTES = 512;
    private static final int BF16 = 1;
    private static final int AI_CORES = 0;
    private static final int CAPTURE_THIS_THREAD = 1;
    private static final int HOST_TO_CARD = 1;
    private static final int CARD_TO_HOST = 2;
    private static final int ON_CARD = 3;

    private static Acl started;

    private final CannLibraries libraries;
    private final boolean reuse;
    private final boolean timeouts;
    private final boolean captures;
    private final boolean attributes;
    private final String version;

    private Acl(CannLibraries libraries) {
        this.libraries = libraries;
        Natives.require(libraries, Part.RUNTIME, RuntimeCalls.class);
        Natives.require(libraries, Part.OBJECTS, ObjectCalls.class);
        reuse = Natives.bind(libraries, Part.OBJECTS, ReuseCalls.class);
        timeouts = Natives.bind(libraries, Part.RUNTIME, OptionalCalls.Timeout.class);
        captures = Natives.bind(libraries, Part.RUNTIME, CaptureCalls.class);
        attributes = Natives.bind(libraries, Part.RUNTIME, OptionalCalls.Attribute.class);
        version = Natives.bind(libraries, Part.RUNTIME, OptionalCalls.Version.class) ? askVersion() : null;
        int code = RuntimeCalls.aclInit(0);
        if (code != AclStatus.SUCCESS && code != AclStatus.REPEAT_INITIALIZE) {
            throw failure(code, "be reached through CANN");
        }
        // Before anything else: the same inputs shall give the same bits.
        check(RuntimeCalls.aclrtSetSysParamOpt(DETERMINISTIC, 1), "be told to compute the same bits each time");
    }

    /**
     * CANN in this process, started if it is not yet.
     *
     * @throws io.hearth.device.DeviceException with a sentence if it cannot be loaded, is not complete or does not start
     */
    static synchronized Acl start(CannLibraries libraries) {
        if (started == null) {
            started = new Acl(libraries);
        }
        return started;
    }

    public CannLibraries libraries() {
        return libraries;
    }

    /** Whether descriptions and prepared operators can be used again. */
    public boolean reuse() {
        return reuse;
    }

    /** Whether what is queued can be recorded, as far as symbols tell. */
    public boolean captures() {
        return captures;
    }

    /** @throws AclException unless the code says that it was done */
    public void check(int code, String what) {
        if (code != AclStatus.SUCCESS) {
            throw failure(code, what);
        }
    }

    /** A failure of CANN, with CANN's own text of it. */
    public AclException failure(int code, String what) {
        String text = recentText();
        return new AclException(
                code, what, text, AclStatus.isLost(code) || code == AclStatus.RUNTIME_FAILED && isLost());
    }

    /** Whether the card of this thread is lost: an operator that is prepared then says no more than that the runtime failed. */
    private static boolean isLost() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, 2);
            return AclStatus.isLost(
                    RuntimeCalls.aclrtGetMemInfo(HIGH_BANDWIDTH_MEMORY, out.address(), out.address() + Long.BYTES));
        }
    }

    /** What CANN last noted for this thread, which it forgets by being asked; null if nothing. */
    public String recentText() {
        long text = RuntimeCalls.aclGetRecentErrMsg();
        return text == 0 ? null : new Pointer(text).getString(0, "UTF-8");
    }

    /** Calls a function that writes a handle or a number to an address. */
    private long ask(String what, LongToIntFunction call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            check(call.applyAsInt(out.address()), what);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private static String askVersion() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(VERSION_BYTES);
            int code = OptionalCalls.Version.aclsysGetCANNVersion(CANN, out.address());
            String text = code == AclStatus.SUCCESS ? out.getString(0) : "";
            return text.isBlank() ? null : text.strip();
        }
    }

    // ---- The machine -----------------------------------------------------------------------------------------------

    /** The version that the runtime tells of itself, such as 8.1.RC1; nothing if it tells none. */
    public Optional<String> version() {
        return Optional.ofNullable(version);
    }

    /** Number of cards. */
    public int cards() {
        return (int) ask("be counted", RuntimeCalls::aclrtGetDeviceCount);
    }

    /** Name of the cards' chip, such as Ascend910B3. */
    public String socName() {
        long name = RuntimeCalls.aclrtGetSocName();
        return name == 0 ? "" : new Pointer(name).getString(0, "UTF-8");
    }

    /** Whether CANN says that the chip has no bf16. */
    public boolean lacksBf16() {
        if (!attributes) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            int code = OptionalCalls.Attribute.aclGetCannAttribute(BF16, out.address());
            return code == AclStatus.SUCCESS && out.get(ValueLayout.JAVA_INT, 0) == 0;
        }
    }

    // ---- Cards -----------------------------------------------------------------------------------------------------

    /** Turns the calling thread to a card; every call must be paired with one of {@link #leave}. */
    public void turnTo(int card) {
        check(RuntimeCalls.aclrtSetDevice(card), "be turned to");
    }

    public void leave(int card) {
        check(RuntimeCalls.aclrtResetDevice(card), "be left");
    }

    public int cores(int card) {
        return (int) ask("tell its number of cores", out -> RuntimeCalls.aclGetDeviceCapability(card, AI_CORES, out));
    }

    /**
     * Memory of the card in bytes: free, and all of it.
     *
     * @return two numbers
     */
    public long[] memory() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, 2);
            int code = RuntimeCalls.aclrtGetMemInfo(HIGH_BANDWIDTH_MEMORY, out.address(), out.address() + Long.BYTES);
            check(code, "tell how much memory is free");
            return out.toArray(ValueLayout.JAVA_LONG);
        }
    }

    /** Memory of the card, aligned to 64 bytes and 32 bytes longer than asked for; what it holds is undefined. */
    public long allocate(long bytes) {
        return ask("reserve memory", out -> RuntimeCalls.aclrtMalloc(out, bytes, HUGE_PAGES_FIRST));
    }

    /** Gives memory of the card back at once, whatever is queued. */
    public void free(long address) {
        check(RuntimeCalls.aclrtFree(address), "take memory back");
    }

    /** Host memory that the system keeps in place, so that the card reads and writes it by itself. */
    public MemorySegment allocatePinned(long bytes) {
        long address = ask("reserve memory of the host", out -> RuntimeCalls.aclrtMallocHost(out, bytes));
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    public void freePinned(MemorySegment memory) {
        check(RuntimeCalls.aclrtFreeHost(memory.address()), "take memory of the host back");
    }

    // ---- Streams ---------------------------------------------------------------------------------------------------

    public long createStream() {
        return ask("make a stream", RuntimeCalls::aclrtCreateStream);
    }

    public void destroyStream(long stream) {
        check(RuntimeCalls.aclrtDestroyStream(stream), "close a stream");
    }

    /** Whether {@link #synchronize} knows an end of its patience. */
    public boolean timeouts() {
        return timeouts;
    }

    /** @return a code: {@link AclStatus#isTimeout} after so long */
    public int synchronize(long stream, int milliseconds) {
        return OptionalCalls.Timeout.aclrtSynchronizeStreamWithTimeout(stream, milliseconds);
    }

    /** Whether everything on the stream is done. */
    public boolean isDone(long stream) {
        // 0: done, 1: not yet; four bytes are written.
        return (int) ask("tell how far it is", out -> RuntimeCalls.aclrtStreamQuery(stream, out)) == 0;
    }

    public void copyToCard(long pinned, long to, long bytes, long stream) {
        check(RuntimeCalls.aclrtMemcpyAsync(to, bytes, pinned, bytes, HOST_TO_CARD, stream), "copy to its memory");
    }

    public void copyToHost(long from, long pinned, long bytes, long stream) {
        check(RuntimeCalls.aclrtMemcpyAsync(pinned, bytes, from, bytes, CARD_TO_HOST, stream), "copy from its memory");
    }

    public void copyOnCard(long from, long to, long bytes, long stream) {
        check(RuntimeCalls.aclrtMemcpyAsync(to, bytes, from, bytes, ON_CARD, stream), "copy within its memory");
    }

    public void fill(long address, int byteValue, long bytes, long stream) {
        check(RuntimeCalls.aclrtMemsetAsync(address, bytes, byteValue, bytes, stream), "fill memory");
    }

    // ---- Events ----------------------------------------------------------------------------------------------------

    public long createEvent() {
        return ask("make a mark", RuntimeCalls::aclrtCreateEvent);
    }

    public void destroyEvent(long event) {
        check(RuntimeCalls.aclrtDestroyEvent(event), "close a mark");
    }

    public void record(long event, long stream) {
        check(RuntimeCalls.aclrtRecordEvent(event, stream), "mark what was queued");
    }

    /** Whether the stream has passed the mark. */
    public boolean isReached(long event) {
        return (int) ask("finish what was queued", out -> RuntimeCalls.aclrtQueryEventStatus(event, out)) == 1;
    }

    // ---- Recording -------------------------------------------------------------------------------------------------

    public void beginRecording(long stream) {
        check(CaptureCalls.aclmdlRICaptureBegin(stream, CAPTURE_THIS_THREAD), "begin a recording");
    }

    /** @return what was recorded */
    public long endRecording(long stream) {
        return ask("end a recording", out -> CaptureCalls.aclmdlRICaptureEnd(stream, out));
    }

    public void replay(long recording, long stream) {
        check(CaptureCalls.aclmdlRIExecuteAsync(recording, stream), "queue recorded work");
    }

    public void discard(long recording) {
        check(CaptureCalls.aclmdlRIDestroy(recording), "discard recorded work");
    }
}
