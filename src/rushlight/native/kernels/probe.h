// Which instruction level runs. A family of its own so that the choice can be tested.
#pragma once
#include "level.h"

struct ProbeTable {
    int level;
};
RL_FAMILY(ProbeTable, probe)
