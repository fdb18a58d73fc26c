// Stand-in for libcudart.so.13: Bytedeco's glue names it, Hearth calls nothing of it.

extern "C" __attribute__((visibility("default"))) int cudaRuntimeGetVersion(int* version) {
    *version = 13010;
    return 0;
}
