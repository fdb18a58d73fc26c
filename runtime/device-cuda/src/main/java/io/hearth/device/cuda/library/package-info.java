/**
 * Where NVIDIA's libraries are: in a configured folder, in the system's, or in the folders of NVIDIA's Python packages. They
 * are loaded from there before any class of Bytedeco's presets is touched, because those fail for the life of the process if
 * they fail once.
 */
package io.hearth.device.cuda.library;
