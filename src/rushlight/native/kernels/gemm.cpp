#include "gemm_panels.hpp"

RL_TABLE(GemmTable, gemm) = {
    RL_LEVEL,
    {RL_NS::matmul<float>, RL_NS::matmul<double>},
    {RL_NS::colsum<float>, RL_NS::colsum<double>},
    {RL_NS::panel_vectors<float>, RL_NS::panel_vectors<double>},
    {RL_NS::Lanes<float>::W, RL_NS::Lanes<double>::W},
    {RL_NS::panels_room<float>, RL_NS::panels_room<double>},
    {RL_NS::pack_panels<float>, RL_NS::pack_panels<double>},
    {RL_NS::multiply_panels<float>, RL_NS::multiply_panels<double>},
};
