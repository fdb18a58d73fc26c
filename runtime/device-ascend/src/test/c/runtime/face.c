/* Compiled once for each face, with -DSTANDIN_FACE=8 or 9. */
#include "core.h"

int standin_face(void) {
    return STANDIN_FACE;
}
