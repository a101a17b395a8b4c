#include "resample.hpp"

RL_TABLE(ResampleTable, resample) = {
    {RL_NS::weigh<float>, RL_NS::weigh<double>},
    {RL_NS::resample<float>, RL_NS::resample<double>},
    {RL_NS::resample_backward<float>, RL_NS::resample_backward<double>},
};
