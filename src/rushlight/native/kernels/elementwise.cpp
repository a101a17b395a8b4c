#include "pointwise.hpp"

using namespace RL_NS;

#define FLOATS(Op) {&map<Op, float>, &map<Op, double>}
#define EASY(Op) {&map_easy<Op, float>, &map_easy<Op, double>}
#define NUMBERS(Op) {&map<Op, float>, &map<Op, double>, &map<Op, int64_t>, &map<Op, int32_t>}
#define GIVEN(Op, n) {&map<Op, float, n>, &map<Op, double, n>}
#define TRIG(shift) {&trig<float, uint32_t, shift>, &trig<double, uint64_t, shift>}

#define PAIR(Op) {&pair<Op, float>, &pair<Op, double>}
#define PAIR_ALL(Op) {&pair<Op, float>, &pair<Op, double>, &pair<Op, int64_t>, &pair<Op, int32_t>}
#define TRUTH(Op)                                                                                            \
    {&pair<Op, float, uint8_t>, &pair<Op, double, uint8_t>, &pair<Op, int64_t, uint8_t>, &pair<Op, int32_t, uint8_t>, \
     &pair<Op, uint8_t>}
#define BITS(Op) {nullptr, nullptr, &pair<Op, int64_t>, &pair<Op, int32_t>, &pair<Op, uint8_t>}
#define QUICK(Op) {&quickly<Op>, &pair<Op, double>}
#define GRADIENT(Op, n) {&pair<Op, float, float, n>, &pair<Op, double, double, n>}
#define THREE(Op, n) {&triple<Op, float, float, n>, &triple<Op, double, double, n>}

// In the order of the enums of elementwise.h. Words of one size are copied by one function.
RL_TABLE(ElementwiseTable, elementwise) = {
    {
        NUMBERS(Neg), NUMBERS(Abs), EASY(Exp), EASY(Log), FLOATS(Sqrt), FLOATS(Rsqrt), FLOATS(Reciprocal), FLOATS(Tanh),
        EASY(Sigmoid), NUMBERS(Relu), NUMBERS(Square), NUMBERS(Cube), TRIG(0), TRIG(1), FLOATS(Erf), FLOATS(Gelu),
        FLOATS(GeluTanh), EASY(Silu), {nullptr, nullptr, nullptr, nullptr, &map<Not, uint8_t>}, FLOATS(Sign), FLOATS(Frac),
        FLOATS(Mish), FLOATS(Hardswish), FLOATS(Hardsigmoid), FLOATS(LogSigmoid),
        {&map<Erfc, float>}, {&map<Erfinv, float>}, FLOATS(Log1p), FLOATS(InverseSquare),
        {&map_easy<Lgamma, float>}, {&map_easy<Digamma, float>},
        {&map<Copy, uint32_t>, &map<Copy, uint64_t>, &map<Copy, uint64_t>, &map<Copy, uint32_t>, &map<Copy, uint8_t>},
        {&map<Clamp, float, 2>, &map<Clamp, double, 2>, &map<Clamp, int64_t, 2>, &map<Clamp, int32_t, 2>},
        GIVEN(LeakyRelu, 1), GIVEN(Elu, 3), GIVEN(Softplus, 2), GIVEN(Softshrink, 1), GIVEN(Hardshrink, 1), GIVEN(Threshold, 2),
        GIVEN(Finite, 3), {&map<Logit, float, 2>},
    },
    {
        PAIR_ALL(Add), PAIR_ALL(Sub), PAIR_ALL(Mul), PAIR(Div), PAIR_ALL(Maximum), PAIR_ALL(Minimum), TRUTH(Eq), TRUTH(Ne),
        TRUTH(Lt), TRUTH(Le), BITS(And), BITS(Or), BITS(Xor), QUICK(Pow), QUICK(Remainder), QUICK(Fmod), QUICK(FloorDivide),
        PAIR(Copysign), PAIR(Xlogy), PAIR(Prelu), PAIR(Logaddexp), PAIR(Hypot),
        GRADIENT(ReluBackward, 0), GRADIENT(TanhBackward, 0), GRADIENT(SigmoidBackward, 0), GRADIENT(ClampBackward, 2),
        GRADIENT(LeakyReluBackward, 1), GRADIENT(GeluBackward, 0), GRADIENT(GeluTanhBackward, 0), GRADIENT(SiluBackward, 0),
        GRADIENT(EluBackward, 3), GRADIENT(SoftplusBackward, 2), GRADIENT(MishBackward, 0), GRADIENT(HardswishBackward, 0),
        GRADIENT(HardtanhBackward, 2), GRADIENT(LogsigmoidBackward, 0), GRADIENT(HardsigmoidBackward, 0),
        GRADIENT(ShrinkBackward, 1), {&pair<LogitBackward, float, float, 3>}, GRADIENT(Axpy, 1),
        GRADIENT(Lerp, 1), GRADIENT(Huber, 2),
    },
    {THREE(LerpTensor, 0), THREE(ClampTensors, 0), THREE(Addcmul, 1), THREE(Addcdiv, 1)},
    {&triple<Where, uint8_t, uint8_t>, &triple<Where, uint32_t, uint8_t>, &triple<Where, uint64_t, uint8_t>},
    {
        {&load<uint32_t, uint32_t>},
        {&load<double, float>, &load<uint64_t, uint64_t>},
        {&load<int64_t, float>, nullptr, &load<uint64_t, uint64_t>},
        {&load<int32_t, float>, nullptr, nullptr, &load<uint32_t, uint32_t>},
        {&load<uint8_t, float>, nullptr, nullptr, &load<uint8_t, int32_t>, &load<uint8_t, uint8_t>},
        {&load<Half, float>},
        {&load<Brain, float>},
        {&load<int16_t, float>, nullptr, nullptr, &load<int16_t, int32_t>},
        {&load<int8_t, float>, nullptr, nullptr, &load<int8_t, int32_t>, &load<uint8_t, uint8_t>},
        {&load<uint8_t, float>, nullptr, nullptr, &load<uint8_t, int32_t>, &load<uint8_t, uint8_t>},
    },
    {
        {&store<uint32_t, uint32_t>, &store<float, double>, &store<float, int64_t>, &store<float, int32_t>, &store<float, Truth>,
         &store<float, Half>, &store<float, Brain>},
        {&store<double, float>, &store<uint64_t, uint64_t>, &store<double, int64_t>, &store<double, int32_t>, &store<double, Truth>},
        {&store<int64_t, float>, &store<int64_t, double>, &store<uint64_t, uint64_t>, &store<int64_t, int32_t>,
         &store<int64_t, Truth>},
        {&store<int32_t, float>, &store<int32_t, double>, &store<int32_t, int64_t>, &store<uint32_t, uint32_t>,
         &store<int32_t, Truth>, nullptr, nullptr, &store<int32_t, int16_t>},
        {nullptr, nullptr, nullptr, nullptr, &store<uint8_t, uint8_t>, nullptr, nullptr, nullptr, &store<uint8_t, uint8_t>,
         &store<uint8_t, uint8_t>},
    },
    &run_pointwise,
    &run_across,
};
