#include "norm.hpp"

using namespace RL_NS;

RL_TABLE(NormTable, norm) = {
    {&layer_norm<float>, &layer_norm<double>},
    {&layer_norm_backward<float>, &layer_norm_backward<double>},
    {&layer_norm_parameters<float>, &layer_norm_parameters<double>},
    {&batch_norm<float>, &batch_norm<double>},
    {&batch_norm_backward<float>, &batch_norm_backward<double>},
    {&scale_shift<float>, &scale_shift<double>},
    {&group_norm<float>, &group_norm<double>},
    {&group_norm_backward<float>, &group_norm_backward<double>},
};
