// The ranks of a group: processes of one machine, each connected with every other one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "nccl.h"

namespace nccl {

// What a rank sends to another one, and what it wants to get from it; null for nothing.
struct Transfer {
    const void* out = nullptr;
    void* in = nullptr;
    size_t outBytes = 0, inBytes = 0;
};

// A member of a group. Never freed: work that is queued on a stream may come after the end of the group.
class Member {
public:
    Member(const UniqueId& id, int rank, int size);

    const int rank, size;

    // Connects with the other ranks in the background.
    void connect();

    // Makes transfers with the other ranks, [size], at the same time. False if they cannot be completed any more: then
    // only after the group was aborted, as a card's kernel would hang until then.
    //
    // `call` is the same number for all ranks that do the same.
    bool exchange(const std::vector<Transfer>& transfers, uint64_t call);

    // Puts work on a stream after a while, as the first call of a group does.
    void later(CUstream stream, void (*work)(void*), const void* data, size_t bytes);

    void abort();

    Result status();
    std::string lastError();
    bool isAborted() const { return aborted; }

private:
    void meet();
    void fail(Result result, const std::string& message);
    void hang();
    std::string address(int rank) const;

    const std::string name;
    std::vector<int> sockets;
    std::atomic<bool> aborted{false};
    std::mutex mutex;
    std::condition_variable changed;
    Result result = IN_PROGRESS;
    std::string message;
    int exchanges = 0;
    std::vector<std::thread> threads;
};

}  // namespace nccl
