// Distances between rows: the differences themselves, four or two at a time, in the order of the columns.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>

#include "pool.h"

namespace rl {

enum DistanceKind { kTaxi, kEuclid, kLargest };

// out[i][j] of rows a (n, k), and of rows b that stand in `turned` (k, m), so that neighbours are neighbours.
template <int kind, class T>
void distances_of(const T* a, const T* turned, int64_t n, int64_t m, int64_t k, T* out, const RlPool* pool) {
    constexpr int64_t lanes = 16 / sizeof(T), vectors = 8, span = lanes * vectors;
    typedef T Vector __attribute__((vector_size(16)));
    auto some = [&](int64_t begin, int64_t end) {
        for (int64_t j = 0; j < m; j += span) {
            const int64_t count = std::min(span, m - j);
            for (int64_t i = begin; i < end; i++) {
                Vector sum[vectors] = {};
                for (int64_t c = 0; c < k; c++) {
                    const T one = a[i * k + c];
                    T line[span];
                    const T* from = turned + c * m + j;
                    if (count < span) {
                        std::fill(std::copy(from, from + count, line), line + span, T(0));
                        from = line;
                    }
                    for (int64_t v = 0; v < vectors; v++) {
                        Vector d;
                        std::memcpy(&d, from + v * lanes, sizeof d);
                        d = one - d;
                        if (kind == kEuclid) {
                            sum[v] += d * d;
                            continue;
                        }
                        d = d < 0 ? -d : d;
                        sum[v] = kind == kTaxi ? sum[v] + d : (d > sum[v]) | (d != d) ? d : sum[v];
                    }
                }
                T found[span];
                std::memcpy(found, sum, sizeof found);
                for (int64_t q = 0; q < count; q++) out[i * m + j + q] = kind == kEuclid ? std::sqrt(found[q]) : found[q];
            }
        }
    };
    if (pool->pays(n * m * k / 3)) parallel_for(pool, n, std::max<int64_t>(1, n / 8), some);
    else some(0, n);
}

template <class T>
void distances(int kind, const T* a, const T* turned, int64_t n, int64_t m, int64_t k, T* out, const RlPool* pool) {
    kind == kTaxi     ? distances_of<kTaxi>(a, turned, n, m, k, out, pool)
    : kind == kEuclid ? distances_of<kEuclid>(a, turned, n, m, k, out, pool)
                      : distances_of<kLargest>(a, turned, n, m, k, out, pool);
}

}  // namespace rl
