/* HcclBarrier, which belongs to the communicators' library. */
#include "runs.h"

STANDIN_EXPORT HcclResult HcclBarrier(HcclComm comm, aclrtStream stream);

HcclResult HcclBarrier(HcclComm comm, aclrtStream stream) {
    STANDIN_HCCL_ENTER("HcclBarrier");
    STANDIN_HCCL_GROUP(group, comm, "HcclBarrier");
    return standin_hccl_queue(&(struct standin_exchange) {.group = group, .function = "HcclBarrier", .run = standin_run_barrier}, stream, 0, NULL);
}
