#include "elementwise.hpp"

#include "elementwise.h"

using namespace RL_NS;

#define FLOATS(Op) &map1<Op, float>, &map1<Op, double>
#define EASY(Op) &map1_easy<Op, float>, &map1_easy<Op, double>
#define NUMBERS(Op) FLOATS(Op), &map1<Op, int64_t>, &map1<Op, int32_t>

#define FORM(Op, form, O) &form<Op, float, O>, &form<Op, double, O>, &form<Op, int64_t, O>, &form<Op, int32_t, O>
#define SAME_FORM(Op, form) &form<Op, float, float>, &form<Op, double, double>
#define SAME(Op) {{SAME_FORM(Op, vv)}, {SAME_FORM(Op, vs)}, {SAME_FORM(Op, sv)}}
#define SAME_INT_FORM(Op, form) SAME_FORM(Op, form), &form<Op, int64_t, int64_t>, &form<Op, int32_t, int32_t>
#define SAME_INT(Op) {{SAME_INT_FORM(Op, vv)}, {SAME_INT_FORM(Op, vs)}, {SAME_INT_FORM(Op, sv)}}
#define TRUTH_FORM(Op, form) FORM(Op, form, uint8_t), &form<Op, uint8_t, uint8_t>
#define TRUTH(Op) {{TRUTH_FORM(Op, vv)}, {TRUTH_FORM(Op, vs)}, {TRUTH_FORM(Op, sv)}}
#define BITS_FORM(Op, form) \
    nullptr, nullptr, &form<Op, int64_t, int64_t>, &form<Op, int32_t, int32_t>, &form<Op, uint8_t, uint8_t>
#define BITS(Op) {{BITS_FORM(Op, vv)}, {BITS_FORM(Op, vs)}, {BITS_FORM(Op, sv)}}

#define GRADIENT(Op, numbers) {&vvp<Op, float, numbers>, &vvp<Op, double, numbers>}
#define WHERE(T) {&where<T, false, false>, &where<T, false, true>, &where<T, true, false>, &where<T, true, true>}

// In the order of the enums of elementwise.h.
RL_TABLE(ElementwiseTable, elementwise) = {
    {
        {NUMBERS(Neg)},
        {NUMBERS(Abs)},
        {EASY(Exp)},
        {EASY(Log)},
        {FLOATS(Sqrt)},
        {FLOATS(Rsqrt)},
        {FLOATS(Reciprocal)},
        {FLOATS(Tanh)},
        {EASY(Sigmoid)},
        {NUMBERS(Relu)},
        {NUMBERS(Square)},
        {NUMBERS(Cube)},
        {&trig<float, uint32_t, 0>, &trig<double, uint64_t, 0>},
        {&trig<float, uint32_t, 1>, &trig<double, uint64_t, 1>},
        {FLOATS(Erf)},
        {FLOATS(Gelu)},
        {FLOATS(GeluTanh)},
        {EASY(Silu)},
        {nullptr, nullptr, nullptr, nullptr, &map1<Not, uint8_t>},
        {&map1p<Pow, float, 1>, &map1p<Pow, double, 1>},
        {&map1p<Clamp, float, 2>, &map1p<Clamp, double, 2>, &map1p<Clamp, int64_t, 2>, &map1p<Clamp, int32_t, 2>},
        {&map1p<LeakyRelu, float, 1>, &map1p<LeakyRelu, double, 1>},
    },
    {
        SAME_INT(Add),
        SAME_INT(Sub),
        SAME_INT(Mul),
        SAME(Div),
        SAME_INT(Maximum),
        SAME_INT(Minimum),
        TRUTH(Eq),
        TRUTH(Ne),
        TRUTH(Lt),
        TRUTH(Le),
        TRUTH(Gt),
        TRUTH(Ge),
        BITS(And),
        BITS(Or),
        BITS(Xor),
    },
    {
        GRADIENT(ReluBackward, 0),
        GRADIENT(TanhBackward, 0),
        GRADIENT(SigmoidBackward, 0),
        GRADIENT(ClampBackward, 2),
        GRADIENT(LeakyReluBackward, 1),
        GRADIENT(GeluBackward, 0),
        GRADIENT(GeluTanhBackward, 0),
        GRADIENT(SiluBackward, 0),
        GRADIENT(Axpy, 1),
        GRADIENT(Lerp, 1),
    },
    {WHERE(uint8_t), WHERE(uint32_t), WHERE(uint64_t)},
};
