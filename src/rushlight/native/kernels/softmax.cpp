#include "softmax.hpp"

#include "softmax.h"

using namespace RL_NS;

RL_TABLE(SoftmaxTable, softmax) = {
    {&softmax<float>, &softmax<double>},
    {&log_softmax<float>, &log_softmax<double>},
    {&softmax_backward<float>, &softmax_backward<double>},
    {&log_softmax_backward<float>, &log_softmax_backward<double>},
};
