#include "random.hpp"

RL_TABLE(RandomTable, random) = {
    &RL_NS::words,
    &RL_NS::uniform_f32,
    &RL_NS::uniform_f64,
    &RL_NS::normal_f32,
    &RL_NS::normal_f64,
    &RL_NS::normal_pairs<float>,
    &RL_NS::normal_pairs<double>,
    &RL_NS::bernoulli,
    &RL_NS::noise<float>,
    &RL_NS::noise<double>,
    &RL_NS::exponential,
    &RL_NS::integers,
    &RL_NS::permutation,
};
