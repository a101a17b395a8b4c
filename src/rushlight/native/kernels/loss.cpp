#include "loss.hpp"

#include "loss.h"

using namespace RL_NS;

RL_TABLE(LossTable, loss) = {
    {&cross_entropy<float>, &cross_entropy<double>},
    {&cross_entropy_backward<float>, &cross_entropy_backward<double>},
    {&squared_error<float>, &squared_error<double>},
    {&binary_cross_entropy<float>, &binary_cross_entropy<double>},
    {&logits_cross_entropy<float>, &logits_cross_entropy<double>},
    {&squared_error_backward<float>, &squared_error_backward<double>},
};
