#include "loss.hpp"

#include "loss.h"

using namespace RL_NS;

#define FOUR(f) {{&f<float, false>, &f<double, false>}, {&f<float, true>, &f<double, true>}}

RL_TABLE(LossTable, loss) = {
    FOUR(softmax),
    FOUR(softmax_columns),
    FOUR(softmax_backward),
    FOUR(softmax_columns_backward),
    {&cross_entropy<float>, &cross_entropy<double>},
    {&cross_entropy_backward<float>, &cross_entropy_backward<double>},
    {&squared_error<float>, &squared_error<double>},
    {&binary_cross_entropy<float>, &binary_cross_entropy<double>},
    {&logits_cross_entropy<float>, &logits_cross_entropy<double>},
    {&squared_error_backward<float>, &squared_error_backward<double>},
};
