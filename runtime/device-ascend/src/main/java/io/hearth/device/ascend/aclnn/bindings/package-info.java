/**
 * The functions of CANN's operators as JNA's direct mapping wants them: a class for each operator, so that one that a library
 * lacks takes no other with it. Pointers and {@code size_t} are {@code long}, C's {@code bool} is a {@code byte}, because
 * Java's {@code boolean} would be passed as four bytes with all bits set.
 */
package io.hearth.device.ascend.aclnn.bindings;
