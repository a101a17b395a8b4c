#include "windows.hpp"

#define RL_BOTH(f) {RL_NS::f<float>, RL_NS::f<double>}

RL_TABLE(WindowsTable, windows) = {
    RL_BOTH(max_forward), RL_BOTH(max_backward), RL_BOTH(mean_forward), RL_BOTH(mean_backward), RL_BOTH(parts_mean),
    RL_BOTH(parts_mean_backward), RL_BOTH(parts_max), RL_BOTH(columns), RL_BOTH(add_columns),
};
