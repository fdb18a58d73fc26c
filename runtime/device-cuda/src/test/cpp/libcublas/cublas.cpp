// Stand-in for libcublas.so.13: Bytedeco's glue names it, Hearth calls nothing of it.

extern "C" __attribute__((visibility("default"))) int cublasGetVersion_v2(void*, int* version) {
    *version = 130100;
    return 0;
}
