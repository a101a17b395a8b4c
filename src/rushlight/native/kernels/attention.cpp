#include "attention.hpp"

RL_TABLE(AttentionTable, attention) = {
    {RL_NS::attention<float>, RL_NS::attention<double>},
    {RL_NS::attention_backward<float>, RL_NS::attention_backward<double>},
};
