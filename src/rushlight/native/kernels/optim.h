// Optimizer updates of one parameter: everything in one pass over its memory. [0] float, [1] double.
#pragma once
#include <stddef.h>

#include "level.h"

struct RlSgd {
    double lr, momentum, dampening, weight_decay;
    int nesterov, maximize;
};
struct RlAdam {
    double shrink;     // p *= shrink first (1 - lr * weight_decay when decoupled, else 1)
    double weight_decay;  // added to the gradient (0 when decoupled)
    double beta1, beta2, eps;
    double step_size;  // lr / (1 - beta1**t)
    double root;       // sqrt(1 - beta2**t)
    int maximize;
};
struct RlRmsprop {
    double lr, alpha, eps, weight_decay, momentum;
    int maximize;
};
struct RlAdagrad {
    double rate;  // lr / (1 + (t - 1) * lr_decay)
    double eps, weight_decay;
    int maximize;
};

struct OptimTable {
    // buf: null without momentum.
    void (*sgd[2])(void* p, const void* g, void* buf, size_t n, const RlSgd* h);
    // m, v: running means; top: the largest v so far, or null.
    void (*adam[2])(void* p, const void* g, void* m, void* v, void* top, size_t n, const RlAdam* h);
    // buf: null without momentum; mean: null unless centered.
    void (*rmsprop[2])(void* p, const void* g, void* v, void* buf, void* mean, size_t n, const RlRmsprop* h);
    void (*adagrad[2])(void* p, const void* g, void* sum, size_t n, const RlAdagrad* h);
};

RL_FAMILY(OptimTable, optim)
