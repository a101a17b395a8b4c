// Random numbers: fills that step a Mersenne Twister state of 624 words and a position.
#pragma once
#include <cstddef>
#include <cstdint>

#include "level.h"

struct RandomTable {
    void (*words)(uint32_t* state, uint32_t* out, size_t n);
    void (*uniform_f32)(uint32_t* state, float* out, size_t n, float low, float high);
    void (*uniform_f64)(uint32_t* state, double* out, size_t n, double low, double high);
    void (*normal_f32)(uint32_t* state, float* out, size_t n, float mean, float std);
    void (*normal_f64)(uint32_t* state, double* out, size_t n, double mean, double std);
    void (*normal_pairs_f32)(uint32_t* state, float* out, size_t n, double mean, double std, double* cached);
    void (*normal_pairs_f64)(uint32_t* state, double* out, size_t n, double mean, double std, double* cached);
    void (*bernoulli)(uint32_t* state, uint8_t* out, size_t n, double p);
    void (*noise_f32)(uint32_t* state, float* out, size_t n, double keep, float scale);
    void (*noise_f64)(uint32_t* state, double* out, size_t n, double keep, double scale);
    void (*exponential)(uint32_t* state, double* out, size_t n, double rate);
    void (*integers)(uint32_t* state, int64_t* out, size_t n, int64_t low, uint64_t count, bool wide);
    void (*permutation)(uint32_t* state, int64_t* out, size_t n);
};
RL_FAMILY(RandomTable, random)
