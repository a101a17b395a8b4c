#include "reduce.hpp"

#include "reduce.h"

using namespace RL_NS;

#define EXTREME(least) \
    {&extreme<float, least>, &extreme<double, least>, &extreme<int64_t, least>, &extreme<int32_t, least>, \
     &extreme<uint8_t, least>}

RL_TABLE(ReduceTable, reduce) = {
    {&sum<float>, &sum<double>},
    {&mean<float>, &mean<double>},
    {&squares<float>, &squares<double>},
    {nullptr, nullptr, &count<int64_t>, &count<int32_t>, &count_bytes},
    {&sum_rows<float>, &sum_rows<double>},
    {&sum_columns<float>, &sum_columns<double>},
    {EXTREME(false), EXTREME(true)},
    {&logsumexp<float>, &logsumexp<double>},
};
