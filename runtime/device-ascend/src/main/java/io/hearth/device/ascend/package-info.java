/**
 * Ascend cards through CANN: its runtime (AscendCL) and its operators (aclnn) by JNA. What a machine's version of CANN lacks
 * is found out by looking for symbols, never by comparing versions.
 */
package io.hearth.device.ascend;
