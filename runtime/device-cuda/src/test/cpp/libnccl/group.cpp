#include "group.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hearth_emulated.h"

namespace nccl {

namespace {

constexpr int PAUSE_MILLISECONDS = 5;

// Before the elements of each transfer.
struct Header {
    uint64_t call, bytes;
};

// One direction of a connection: first the header, then the elements.
struct Progress {
    Header header{};
    char* data = nullptr;
    size_t done = 0, total = 0;

    bool complete() const { return done == total; }
    bool headerComplete() const { return done >= sizeof(Header); }
    char* place() { return done < sizeof(Header) ? reinterpret_cast<char*>(&header) + done : data + done - sizeof(Header); }
    size_t left() const { return done < sizeof(Header) ? sizeof(Header) - done : total - done; }
};

void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(PAUSE_MILLISECONDS)); }

bool wouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// A name without a file, which goes with its owner.
socklen_t fill(sockaddr_un& address, const std::string& name) {
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path + 1, name.data(), name.size());
    return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
}

}  // namespace

Member::Member(const UniqueId& id, int rank, int size)
    : rank(rank), size(size), name(id.bytes, strnlen(id.bytes, sizeof id.bytes)), sockets(size, -1) {}

std::string Member::address(int of) const { return "hearth-nccl-" + name + "-" + std::to_string(of); }

Result Member::status() {
    std::lock_guard<std::mutex> guard(mutex);
    return result;
}

std::string Member::lastError() {
    std::lock_guard<std::mutex> guard(mutex);
    return message;
}

// HEARTH_NCCL_SILENT=1: a lost rank is not noticed, as between cards that reach into each other's memory.
void Member::fail(Result why, const std::string& what) {
    const char* silent = getenv("HEARTH_NCCL_SILENT");
    std::lock_guard<std::mutex> guard(mutex);
    if (result == REMOTE_ERROR || result == INVALID_USAGE || (why == REMOTE_ERROR && silent && *silent == '1')) return;
    result = why;
    message = what;
}

void Member::hang() {
    while (!aborted) pause();
}

void Member::connect() {
    threads.emplace_back([this] {
        meet();
        if (aborted) return;
        std::lock_guard<std::mutex> guard(mutex);
        if (result == IN_PROGRESS) result = SUCCESS;
    });
}

void Member::meet() {
    sockaddr_un where;
    const int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const socklen_t length = fill(where, address(rank));
    if (bind(listening, reinterpret_cast<sockaddr*>(&where), length) != 0 || listen(listening, size) != 0) {
        fail(INTERNAL_ERROR, "rank " + std::to_string(rank) + " is there already");
        close(listening);
        return;
    }
    for (int other = 0; other < rank && !aborted; other++) {
        const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const socklen_t otherLength = fill(where, address(other));
        while (!aborted && ::connect(made, reinterpret_cast<sockaddr*>(&where), otherLength) != 0) pause();
        if (!aborted && send(made, &rank, sizeof rank, MSG_NOSIGNAL) != sizeof rank) fail(REMOTE_ERROR, "no connection");
        sockets[other] = made;
    }
    for (int missing = size - 1 - rank; missing > 0 && !aborted;) {
        const int made = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
        if (made < 0) {
            pause();
            continue;
        }
        int other = -1;
        if (recv(made, &other, sizeof other, MSG_WAITALL) != sizeof other || other <= rank || other >= size) {
            close(made);
            continue;
        }
        sockets[other] = made;
        missing--;
    }
    close(listening);
    for (int socket : sockets) {
        if (socket >= 0) fcntl(socket, F_SETFL, O_NONBLOCK);
    }
}

bool Member::exchange(const std::vector<Transfer>& transfers, uint64_t call) {
    {
        std::lock_guard<std::mutex> guard(mutex);
        if (aborted) return false;
        exchanges++;
    }
    std::vector<Progress> out(size), in(size);
    int open = 0;
    for (int other = 0; other < size; other++) {
        const Transfer& transfer = transfers[other];
        if (transfer.out) {
            out[other].header = {call, transfer.outBytes};
            out[other].data = static_cast<char*>(const_cast<void*>(transfer.out));
            out[other].total = sizeof(Header) + transfer.outBytes;
            open++;
        }
        if (transfer.in) {
            in[other].data = static_cast<char*>(transfer.in);
            in[other].total = sizeof(Header) + transfer.inBytes;
            open++;
        }
    }
    bool failed = false;
    while (open > 0 && !failed && !aborted) {
        std::vector<pollfd> polled;
        std::vector<int> others;
        for (int other = 0; other < size; other++) {
            const short wanted = static_cast<short>((out[other].complete() ? 0 : POLLOUT) | (in[other].complete() ? 0 : POLLIN));
            if (wanted) {
                polled.push_back({sockets[other], wanted, 0});
                others.push_back(other);
            }
        }
        poll(polled.data(), polled.size(), PAUSE_MILLISECONDS);
        for (size_t i = 0; i < others.size() && !failed; i++) {
            const int other = others[i];
            if ((polled[i].revents & (POLLOUT | POLLERR | POLLHUP)) && !out[other].complete()) {
                const ssize_t sent = send(sockets[other], out[other].place(), out[other].left(), MSG_NOSIGNAL);
                failed = sent < 0 && !wouldBlock();
                out[other].done += sent > 0 ? static_cast<size_t>(sent) : 0;
                open -= out[other].complete();
            }
            if (!failed && (polled[i].revents & (POLLIN | POLLERR | POLLHUP)) && !in[other].complete()) {
                const ssize_t got = recv(sockets[other], in[other].place(), in[other].left(), 0);
                failed = got == 0 || (got < 0 && !wouldBlock());
                in[other].done += got > 0 ? static_cast<size_t>(got) : 0;
                open -= in[other].complete();
                const Header& header = in[other].header;
                if (!failed && in[other].headerComplete() && (header.call != call || header.bytes != transfers[other].inBytes)) {
                    fail(INVALID_USAGE, "rank " + std::to_string(other) + " makes another call");
                    hang();
                }
            }
            if (failed) fail(REMOTE_ERROR, "the connection with rank " + std::to_string(other) + " is broken");
        }
    }
    if (failed) hang();
    std::lock_guard<std::mutex> guard(mutex);
    exchanges--;
    changed.notify_all();
    return !aborted;
}

void Member::later(CUstream stream, void (*work)(void*), const void* data, size_t bytes) {
    CUcontext context;
    cuCtxGetCurrent(&context);
    std::lock_guard<std::mutex> guard(mutex);
    result = IN_PROGRESS;
    std::vector<char> kept(static_cast<const char*>(data), static_cast<const char*>(data) + bytes);
    threads.emplace_back([=] {
        for (int i = 0; i < 4 && !aborted; i++) pause();
        cuCtxSetCurrent(context);
        if (hearth_enqueue(stream, work, kept.data(), kept.size()) != CUDA_SUCCESS) {
            fail(INTERNAL_ERROR, "the stream refuses work");
            return;
        }
        std::lock_guard<std::mutex> inner(mutex);
        if (result == IN_PROGRESS) result = SUCCESS;
    });
}

void Member::abort() {
    aborted = true;
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    std::unique_lock<std::mutex> guard(mutex);
    changed.wait(guard, [this] { return exchanges == 0; });
    for (int& socket : sockets) {
        if (socket >= 0) close(socket);
        socket = -1;
    }
}

}  // namespace nccl
