// Instruction levels: which there are, which one runs, and how a family of kernels is laid out.
//
// kernels/X.cpp is compiled once per level with RL_LEVEL = 2, 3, 4 (x86-64-v2, -v3, -v4) or
// 0 (the only level elsewhere). All its templates live in `namespace RL_NS`, a different name at each
// level, so no function compiled for a newer processor can stand in for another. Each level
// fills one table of function pointers; the shim picks a table once, at import:
//
//   X.h    struct XTable { void (*exp_f32)(const float*, float*, size_t); ... };
//          RL_FAMILY(XTable, x)            // declares the tables and `const XTable* x_table()`
//   X.hpp  namespace RL_NS { template <class T> void exp(...) {...} }
//   X.cpp  #include "X.hpp"  #include "X.h"
//          RL_TABLE(XTable, x) = { &RL_NS::exp<float>, ... };
//   X.pyx  cdef extern from "X.h": ...   t = x_table()   # NULL: no level suits this processor
//
// The environment variable RUSHLIGHT_CPU_LEVEL (2, 3 or 4), read at import, lowers the level.
#pragma once
#include <cstdlib>

#ifndef RL_LEVELS
#define RL_LEVELS 1
#endif

#define RL_CAT2(a, b) a##b
#define RL_CAT(a, b) RL_CAT2(a, b)

#ifdef RL_LEVEL
#define RL_NS RL_CAT(rl_v, RL_LEVEL)
#define RL_TABLE(Type, name) extern "C" const Type RL_CAT(RL_CAT(rl_##name, _v), RL_LEVEL)
#endif

// What a vectorised loop calls must be inlined whatever its size: a call left in it would make the loop a scalar one.
#ifdef _MSC_VER
#define RL_INLINE __forceinline
#define RL_NOINLINE __declspec(noinline)
#define RL_SMALL
#else
#define RL_INLINE inline __attribute__((always_inline))
#define RL_NOINLINE __attribute__((noinline))
#define RL_SMALL __attribute__((cold))  // built for size: its own time is lost in what it calls
#endif

#if RL_LEVELS & 0x1C  // an x86-64 build
#include <cpuid.h>
#endif

namespace rl {

// The level that this processor (and operating system) can run; 0 where there is only one.
static inline int cpu_level() {
#if RL_LEVELS & 0x1C
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("ssse3") ||
        !__builtin_cpu_supports("popcnt"))
        return 1;
    unsigned a, b, c = 0, d;
    __get_cpuid(1, &a, &b, &c, &d);
    const bool f16c_movbe = (c & (1u << 29)) && (c & (1u << 22));
    c = 0;
    __get_cpuid(0x80000001, &a, &b, &c, &d);
    const bool lzcnt = c & (1u << 5);
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") || !f16c_movbe || !lzcnt)
        return 2;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl"))
        return 3;
    return 4;
#else
    return 0;
#endif
}

// The level to use: the processor's, lowered by RUSHLIGHT_CPU_LEVEL.
static inline int level() {
    int best = cpu_level();
    const char* wish = std::getenv("RUSHLIGHT_CPU_LEVEL");
    if (wish && *wish) {
        int wanted = std::atoi(wish + (*wish == 'v'));
        if (wanted >= 2 && wanted < best) best = wanted;
    }
    return best;
}

}  // namespace rl

#define RL_DECLARE(Type, name)                       \
    extern "C" const Type rl_##name##_v0;            \
    extern "C" const Type rl_##name##_v2;            \
    extern "C" const Type rl_##name##_v3;            \
    extern "C" const Type rl_##name##_v4;

#if RL_LEVELS & 0x10
#define RL_PICK4(name) if (at >= 4) return &rl_##name##_v4;
#else
#define RL_PICK4(name)
#endif
#if RL_LEVELS & 0x08
#define RL_PICK3(name) if (at >= 3) return &rl_##name##_v3;
#else
#define RL_PICK3(name)
#endif
#if RL_LEVELS & 0x04
#define RL_PICK2(name) if (at >= 2) return &rl_##name##_v2;
#else
#define RL_PICK2(name)
#endif
#if RL_LEVELS & 0x01
#define RL_PICK0(name) return &rl_##name##_v0;
#else
#define RL_PICK0(name) return nullptr;
#endif

#define RL_FAMILY(Type, name)                        \
    RL_DECLARE(Type, name)                           \
    static inline const Type* name##_table() {       \
        const int at = rl::level();                  \
        (void)at;                                    \
        RL_PICK4(name) RL_PICK3(name) RL_PICK2(name) RL_PICK0(name) \
    }
