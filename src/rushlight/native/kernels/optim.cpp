#include "optim.h"

#include "optim.hpp"

using namespace RL_NS;

RL_TABLE(OptimTable, optim) = {
    {&sgd<float>, &sgd<double>},
    {&adam<float>, &adam<double>},
    {&rmsprop<float>, &rmsprop<double>},
    {&adagrad<float>, &adagrad<double>},
};
