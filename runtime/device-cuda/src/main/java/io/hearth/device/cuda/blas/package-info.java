/** Matrix products by cuBLASLt, through Bytedeco's CUDA presets. */
package io.hearth.device.cuda.blas;
