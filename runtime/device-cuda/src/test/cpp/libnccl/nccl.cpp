// Stand-in for libnccl.so.2: ranks are processes of one machine, and sums are made in f32 in the order of the ranks. Work is
// done on the host in the order of the emulated stream. As with the library, a communicator that does not block answers "in
// progress" while it connects and to its first call; it takes no other call until that is over.
#include "nccl.h"

#include <cstdio>
#include <cstring>
#include <fstream>

#include "../libcublaslt/numbers.h"
#include "group.h"
#include "hearth_emulated.h"

using nccl::Member;
using nccl::Transfer;

struct Communicator {
    Member member;
    bool called = false;
    std::string error;
};
typedef Communicator* Comm;

namespace {

enum Kind : uint64_t { ALL_REDUCE = 1, REDUCE_SCATTER, ALL_GATHER, BROADCAST, MESSAGE };

// A call as it lies on the stream. `peer` is the root of a broadcast, or the other side of a message.
struct Call {
    Member* member;
    Kind kind;
    const char* from;
    char* to;
    size_t count;
    NcclType type;
    int peer;

    size_t bytes() const { return count * (type == INT8 ? 1 : type == FLOAT32 ? 4 : 2); }
};

// The sum of parts, of which null stands for `own`, in their order.
template <::DataType TYPE>
void addUp(const std::vector<std::vector<char>>& parts, int rank, const char* own, char* to, size_t count) {
    typedef Element<TYPE> Type;
    for (size_t i = 0; i < count; i++) {
        float sum = 0;
        for (size_t other = 0; other < parts.size(); other++) {
            typename Type::Stored stored;
            const char* part = static_cast<int>(other) == rank ? own : parts[other].data();
            memcpy(&stored, part + i * sizeof stored, sizeof stored);
            sum = other == 0 ? Type::load(stored) : sum + Type::load(stored);
        }
        const typename Type::Stored stored = Type::store(sum);
        memcpy(to + i * sizeof stored, &stored, sizeof stored);
    }
}

// Every rank gets from every other one its part of what is summed: all of it, or number `rank`.
void reduce(const Call& call) {
    const size_t bytes = call.bytes();
    const bool scattered = call.kind == REDUCE_SCATTER;
    std::vector<std::vector<char>> parts(call.member->size);
    std::vector<Transfer> transfers(call.member->size);
    for (int other = 0; other < call.member->size; other++) {
        if (other == call.member->rank) continue;
        parts[other].resize(bytes);
        transfers[other] = {call.from + (scattered ? other * bytes : 0), parts[other].data(), bytes, bytes};
    }
    if (!call.member->exchange(transfers, call.kind << 32 | call.type)) return;
    const char* own = call.from + (scattered ? call.member->rank * bytes : 0);
    switch (call.type) {
    case FLOAT32: return addUp<R_32F>(parts, call.member->rank, own, call.to, call.count);
    case FLOAT16: return addUp<R_16F>(parts, call.member->rank, own, call.to, call.count);
    case BFLOAT16: return addUp<R_16BF>(parts, call.member->rank, own, call.to, call.count);
    case INT8: return;
    }
}

void move(const Call& call) {
    const size_t bytes = call.bytes();
    const int rank = call.member->rank;
    std::vector<Transfer> transfers(call.member->size);
    for (int other = 0; other < call.member->size; other++) {
        if (other == rank) continue;
        Transfer& transfer = transfers[other];
        const bool sends = call.kind == ALL_GATHER || (call.kind == BROADCAST ? rank == call.peer : other == call.peer && call.from);
        const bool gets = call.kind == ALL_GATHER || (call.kind == BROADCAST ? other == call.peer : other == call.peer && call.to);
        if (sends) {
            transfer.out = call.from;
            transfer.outBytes = bytes;
        }
        if (gets) {
            transfer.in = call.to + (call.kind == ALL_GATHER ? other * bytes : 0);
            transfer.inBytes = bytes;
        }
    }
    if (!call.member->exchange(transfers, call.kind << 32)) return;
    char* own = call.kind == ALL_GATHER ? call.to + rank * bytes : call.kind == BROADCAST && rank == call.peer ? call.to : nullptr;
    if (own && own != call.from) memmove(own, call.from, bytes);
}

void perform(void* data) {
    const Call& call = *static_cast<const Call*>(data);
    call.kind == ALL_REDUCE || call.kind == REDUCE_SCATTER ? reduce(call) : move(call);
}

Result refuse(Comm comm, Result result, const char* why) {
    fprintf(stderr, "emulated NCCL: %s\n", why);
    if (comm) comm->error = why;
    return result;
}

Result queue(Comm comm, const Call& call, size_t bytesFrom, size_t bytesTo, CUstream stream) {
    if (comm->member.status() != SUCCESS) return refuse(comm, INVALID_USAGE, "a call while the last one is in progress");
    if ((call.kind == ALL_REDUCE || call.kind == REDUCE_SCATTER) && call.type == INT8) {
        return refuse(comm, INVALID_ARGUMENT, "bytes cannot be added up");
    }
    if (call.peer < 0 || call.peer >= comm->member.size) return refuse(comm, INVALID_ARGUMENT, "there is no such rank");
    if ((call.from && !hearth_emulated_on_card(call.from, bytesFrom)) || (call.to && !hearth_emulated_on_card(call.to, bytesTo))) {
        return refuse(comm, INVALID_ARGUMENT, "memory that is not the card's");
    }
    if (!comm->called) {
        comm->called = true;
        comm->member.later(stream, perform, &call, sizeof call);
        return IN_PROGRESS;
    }
    return hearth_enqueue(stream, perform, &call, sizeof call) == CUDA_SUCCESS ? SUCCESS : INTERNAL_ERROR;
}

Call make(Comm comm, Kind kind, const void* from, void* to, size_t count, NcclType type, int peer = 0) {
    return {&comm->member, kind, static_cast<const char*>(from), static_cast<char*>(to), count, type, peer};
}

}  // namespace

NCCL_API const char* ncclGetErrorString(Result result) {
    switch (result) {
    case SUCCESS: return "no error";
    case INTERNAL_ERROR: return "internal error";
    case INVALID_ARGUMENT: return "invalid argument";
    case INVALID_USAGE: return "invalid usage";
    case REMOTE_ERROR: return "remote process exited or there was a network error";
    case IN_PROGRESS: return "NCCL operation in progress";
    }
    return "unknown result code";
}

NCCL_API Result ncclGetVersion(int* version) {
    *version = 22900;
    return SUCCESS;
}

NCCL_API Result ncclGetUniqueId(UniqueId* id) {
    unsigned char random[8];
    std::ifstream("/dev/urandom", std::ios::binary).read(reinterpret_cast<char*>(random), sizeof random);
    memset(id, 0, sizeof *id);
    for (int i = 0; i < 8; i++) snprintf(id->bytes + 2 * i, 3, "%02x", random[i]);
    return SUCCESS;
}

NCCL_API Result ncclCommInitRankConfig(Comm* comm, int size, UniqueId id, int rank, Config* config) {
    if (config->size < sizeof(Config) || config->magic != CONFIG_MAGIC) {
        return refuse(nullptr, INVALID_ARGUMENT, "the configuration does not begin as it must");
    }
    if (config->blocking != 0) return refuse(nullptr, INVALID_ARGUMENT, "the stand-in does not block");
    CUcontext context = nullptr;
    if (cuCtxGetCurrent(&context) != CUDA_SUCCESS || !context) return refuse(nullptr, INVALID_USAGE, "no card is current");
    *comm = new Communicator{{id, rank, size}, false, ""};
    (*comm)->member.connect();
    return IN_PROGRESS;
}

NCCL_API Result ncclCommGetAsyncError(Comm comm, Result* result) {
    *result = comm->member.status();
    return SUCCESS;
}

NCCL_API const char* ncclGetLastError(Comm comm) {
    const std::string last = comm->member.lastError();
    if (!last.empty()) comm->error = last;
    return comm->error.c_str();
}

NCCL_API Result ncclCommFinalize(Comm) { return SUCCESS; }

NCCL_API Result ncclCommAbort(Comm comm) {
    comm->member.abort();
    return SUCCESS;
}

NCCL_API Result ncclCommDestroy(Comm comm) {
    comm->member.abort();
    return SUCCESS;
}

NCCL_API Result ncclAllReduce(const void* from, void* to, size_t count, NcclType type, Operation, Comm comm, CUstream stream) {
    const Call call = make(comm, ALL_REDUCE, from, to, count, type);
    return queue(comm, call, call.bytes(), call.bytes(), stream);
}

NCCL_API Result ncclReduceScatter(const void* from, void* to, size_t count, NcclType type, Operation, Comm comm, CUstream stream) {
    const Call call = make(comm, REDUCE_SCATTER, from, to, count, type);
    return queue(comm, call, call.bytes() * comm->member.size, call.bytes(), stream);
}

NCCL_API Result ncclAllGather(const void* from, void* to, size_t count, NcclType type, Comm comm, CUstream stream) {
    const Call call = make(comm, ALL_GATHER, from, to, count, type);
    return queue(comm, call, call.bytes(), call.bytes() * comm->member.size, stream);
}

NCCL_API Result ncclBroadcast(const void* from, void* to, size_t count, NcclType type, int root, Comm comm, CUstream stream) {
    const Call call = make(comm, BROADCAST, from, to, count, type, root);
    return queue(comm, call, call.bytes(), call.bytes(), stream);
}

NCCL_API Result ncclSend(const void* from, size_t count, NcclType type, int peer, Comm comm, CUstream stream) {
    const Call call = make(comm, MESSAGE, from, nullptr, count, type, peer);
    return queue(comm, call, call.bytes(), 0, stream);
}

NCCL_API Result ncclRecv(void* to, size_t count, NcclType type, int peer, Comm comm, CUstream stream) {
    const Call call = make(comm, MESSAGE, nullptr, to, count, type, peer);
    return queue(comm, call, 0, call.bytes(), stream);
}
