/**
 * Native libraries on the host: unpacked from the class path, loaded by the foreign function interface alone, and bound to
 * method handles.
 */
package io.hearth.device.cpu.host;
