#include "conv_weight.hpp"
#include "conv_winograd.hpp"

RL_TABLE(ConvTable, conv) = {
    {RL_NS::convolve<float>, RL_NS::convolve<double>},
    {RL_NS::convolve_transposed<float>, RL_NS::convolve_transposed<double>},
    {RL_NS::convolve_weight<float>, RL_NS::convolve_weight<double>},
};
