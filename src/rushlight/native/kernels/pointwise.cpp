#include "pointwise.hpp"

using namespace RL_NS;

#define LOADS(S) {&load<S, float>, &load<S, double>, &load<S, int64_t>, &load<S, int32_t>, &load<S, uint8_t>}
#define STORES(C)                                                                                                            \
    {&store<C, float>, &store<C, double>, &store<C, int64_t>, &store<C, int32_t>, &store<C, Truth>, &store<C, Half>,         \
     &store<C, Brain>, &store<C, int16_t>, &store<C, int8_t>, &store<C, uint8_t>}
#define FLOATS(Op) {&map1<Op, float>, &map1<Op, double>}
#define NUMBERS(Op, n) {&map1p<Op, float, n>, &map1p<Op, double, n>}
#define PAIR(Op) {&vv<Op, float, float>, &vv<Op, double, double>}
#define THREE(Op) {&vvv<Op, float>, &vvv<Op, double>}

RL_TABLE(PointwiseTable, pointwise) = {
    {LOADS(float), LOADS(double), LOADS(int64_t), LOADS(int32_t), LOADS(uint8_t), LOADS(Half), LOADS(Brain), LOADS(int16_t),
     LOADS(int8_t), LOADS(uint8_t)},
    {STORES(float), STORES(double), STORES(int64_t), STORES(int32_t), STORES(uint8_t)},
    &run_pointwise,
    &run_across,
    {FLOATS(Sign), FLOATS(Frac), NUMBERS(Elu, 3), NUMBERS(Softplus, 2), FLOATS(Mish), FLOATS(Hardswish), FLOATS(Hardsigmoid),
     NUMBERS(Hardtanh, 2), FLOATS(LogSigmoid), NUMBERS(Softshrink, 1), NUMBERS(Hardshrink, 1), NUMBERS(Threshold, 2),
     NUMBERS(Finite, 3), FLOATS(Copy)},
    {{&divided<QuickRemainder, Remainder>, &vv<Remainder, double, double>},
     {&divided<QuickFmod, Fmod>, &vv<Fmod, double, double>},
     {&divided<QuickFloor, FloorDivide>, &vv<FloorDivide, double, double>},
     PAIR(Copysign), PAIR(Xlogy), PAIR(Prelu), PAIR(Rrelu), PAIR(Logaddexp), PAIR(Glu), PAIR(HypotAll)},
    {THREE(Addcmul), THREE(Addcdiv), THREE(LerpTensor), THREE(ClampTensor)},
};
