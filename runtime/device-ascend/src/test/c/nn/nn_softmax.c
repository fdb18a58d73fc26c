/* Softmax and its logarithm along an axis, and their gradients. The maximum is subtracted first; sums are f32. */
#include "operand.h"
#include "reduce.h"

#include <math.h>

/* Sums of exponentials of a line relative to its maximum. */
static float shifted(const float *x, int64_t n, float *maximum) {
    float largest = -INFINITY;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        largest = x[i] > largest || isnan(x[i]) ? x[i] : largest;
    }
    for (int64_t i = 0; i < n; i++) {
        sum += expf(x[i] - largest);
    }
    *maximum = largest;
    return (float) sum;
}

static void softmax(const double *scalars, float *const *line, int64_t n) {
    (void) scalars;
    float maximum, sum = shifted(line[0], n, &maximum);
    for (int64_t i = 0; i < n; i++) {
        line[1][i] = expf(line[0][i] - maximum) / sum;
    }
}

static void log_softmax(const double *scalars, float *const *line, int64_t n) {
    (void) scalars;
    float maximum, logarithm = logf(shifted(line[0], n, &maximum));
    for (int64_t i = 0; i < n; i++) {
        line[1][i] = line[0][i] - maximum - logarithm;
    }
}

/* out = grad * y - sum(grad * y) * y */
static void softmax_grad(const double *scalars, float *const *line, int64_t n) {
    (void) scalars;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += (double) line[0][i] * line[1][i];
    }
    for (int64_t i = 0; i < n; i++) {
        line[2][i] = (line[0][i] - (float) sum) * line[1][i];
    }
}

/* out = grad - sum(grad) * exp(y) */
static void log_softmax_grad(const double *scalars, float *const *line, int64_t n) {
    (void) scalars;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += line[0][i];
    }
    for (int64_t i = 0; i < n; i++) {
        line[2][i] = line[0][i] - (float) sum * expf(line[1][i]);
    }
}

enum { PLAIN, LOGARITHM };

static const NnLineKernel FORWARD[] = {softmax, log_softmax}, BACKWARD[] = {softmax_grad, log_softmax_grad};

#define FORWARDS(A) A(IN, self) A(I64, dim) A(OUT, out)
STANDIN_ARGUMENTS(forwards, FORWARDS)

static aclnnStatus check_forward(const struct forwards *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_FLOATS));
    NN_TRY(nn_check_type(a->out, "out", NN_FLOATS));
    NN_TRY(nn_check_same_shape(a->self, "self", a->out, "out"));
    nn_note_copies(call, a->self);
    nn_note_copies(call, a->out);
    return nn_check_dim(a->dim, a->self, "self");
}

static void compute_forward(const struct forwards *a, struct standin_call *call) {
    NnView self = nn_view(a->self), out = nn_view(a->out);
    nn_lines(FORWARD[call->detail], NULL, nn_axis(a->dim, self.rank), 1, 1, (const NnView *[]) {&self, &out});
}

STANDIN_OPERATOR(aclnnSoftmax, forwards, FORWARDS, check_forward, compute_forward, .detail = PLAIN)
STANDIN_OPERATOR(aclnnLogSoftmax, forwards, FORWARDS, check_forward, compute_forward, .detail = LOGARITHM)

#define BACKWARDS(A) A(IN, gradOutput) A(IN, output) A(I64, dim) A(OUT, out)
STANDIN_ARGUMENTS(backwards, BACKWARDS)

static aclnnStatus check_backward(const struct backwards *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->gradOutput, "gradOutput", NN_NARROW));
    NN_TRY(nn_check_same_type(a->gradOutput, "gradOutput", a->output, "output"));
    NN_TRY(nn_check_same_shape(a->gradOutput, "gradOutput", a->output, "output"));
    NN_TRY(nn_check_type(a->out, "out", NN_NARROW));
    NN_TRY(nn_check_same_shape(a->gradOutput, "gradOutput", a->out, "out"));
    nn_note_copies(call, a->gradOutput);
    nn_note_copies(call, a->output);
    nn_note_copies(call, a->out);
    return nn_check_dim(a->dim, a->output, "output");
}

static void compute_backward(const struct backwards *a, struct standin_call *call) {
    NnView grad = nn_view(a->gradOutput), output = nn_view(a->output), out = nn_view(a->out);
    nn_lines(BACKWARD[call->detail], NULL, nn_axis(a->dim, grad.rank), 2, 1, (const NnView *[]) {&grad, &output, &out});
}

STANDIN_OPERATOR(aclnnSoftmaxBackward, backwards, BACKWARDS, check_backward, compute_backward, .detail = PLAIN)
STANDIN_OPERATOR(aclnnLogSoftmaxBackward, backwards, BACKWARDS, check_backward, compute_backward, .detail = LOGARITHM)
