#include "probe.h"

RL_TABLE(ProbeTable, probe) = {RL_LEVEL};
