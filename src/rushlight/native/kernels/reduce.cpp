#include "reduce.hpp"
#include "scan.hpp"

using namespace RL_NS;

RL_TABLE(ReduceTable, reduce) = {
    {&sum<float>, &sum<double>},
    {&sum_rows<float>, &sum_rows<double>},
    {&sum_columns<float>, &sum_columns<double>},
    {&squares<float>, &squares<double>},
    {&spread<float>, &spread<double>},
    {nullptr, nullptr, &count<int64_t>, &count<int32_t>, &nonzero<uint8_t>},
    {&nonzero<uint32_t>, &nonzero<uint64_t>, &nonzero<uint64_t>, &nonzero<uint32_t>, &nonzero<uint8_t>},
    {&extreme<float>, &extreme<double>, &extreme<int64_t>, &extreme<int32_t>, &extreme<uint8_t>},
    {&product<float>, &product<double>},
    {&logsumexp<float>, &logsumexp<double>},
    {&scan<Running<float, double, Plus>>, &scan<Running<double, double, Plus>>, &scan<Running<int64_t, uint64_t, Plus>>},
    {&scan<Running<float, double, Times>>, &scan<Running<double, double, Times>>},
    {&scan<Running<float, double, LogPlus, false>>, &scan<Running<double, double, LogPlus, false>>},
    {&scan<RunningExtreme<float>>, &scan<RunningExtreme<double>>},
};
