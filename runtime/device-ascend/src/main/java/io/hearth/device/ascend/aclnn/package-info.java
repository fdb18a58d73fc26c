/**
 * Operators of CANN's aclnn: called in two phases, with descriptions of tensors instead of addresses alone. {@link
 * io.hearth.device.ascend.aclnn.Operators} is what kernels see; {@link io.hearth.device.ascend.aclnn.Call} collects the
 * arguments of one operator and runs it, with an executor that was made earlier where there is one.
 */
package io.hearth.device.ascend.aclnn;
