#include "gemm.hpp"

RL_TABLE(GemmTable, gemm) = {
    RL_LEVEL,
    {RL_NS::matmul<float>, RL_NS::matmul<double>},
    {RL_NS::colsum<float>, RL_NS::colsum<double>},
};
