/**
 * What every device must pass. {@link io.hearth.device.conformance.ConformanceKit} calls each kernel with random odd shapes
 * and compares it with a slow formula in double precision ({@code Reference*}), whose inputs were rounded to the kernel's
 * type first.
 *
 * <p>Around every tensor lies a guard zone of not-a-number, and outputs are filled with it: what a kernel reads or writes
 * outside of its tensors, or leaves out, shows. Every call is made twice and must give the same bits. The kit needs no test
 * framework, so that it also runs on a machine that has nothing but a card and a JVM: {@link
 * io.hearth.device.conformance.ConformanceCommand}.
 */
package io.hearth.device.conformance;
