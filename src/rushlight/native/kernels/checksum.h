// CRC-32 (the one of zip files) by carry-less multiplication: 64 bytes are folded at a time, see Gopal et al., "Fast CRC
// Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009. The constants are powers of x modulo
// the polynomial 0x104C11DB7, bits reflected.
#pragma once
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

namespace rl {

inline bool crc32_folds() { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

#define RL_FOLDING static inline __attribute__((target("pclmul,sse4.1")))

RL_FOLDING __m128i crc32_load(const unsigned char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }

// x carried on by the distance of the two constants in `by`, plus what lies there.
RL_FOLDING __m128i crc32_fold(__m128i x, __m128i by, __m128i next) {
    return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(x, by, 0x00), _mm_clmulepi64_si128(x, by, 0x11)), next);
}

// The checksum's register after n bytes, n a multiple of 16 and at least 64.
RL_FOLDING uint32_t crc32_blocks(const unsigned char* p, size_t n, uint32_t state) {
    const __m128i by64 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4), by16 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
    __m128i x[4];
    for (int i = 0; i < 4; ++i) x[i] = crc32_load(p + 16 * i);
    x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128(int(state)));
    for (p += 64, n -= 64; n >= 64; p += 64, n -= 64)
        for (int i = 0; i < 4; ++i) x[i] = crc32_fold(x[i], by64, crc32_load(p + 16 * i));
    for (int i = 1; i < 4; ++i) x[0] = crc32_fold(x[0], by16, x[i]);
    for (; n; p += 16, n -= 16) x[0] = crc32_fold(x[0], by16, crc32_load(p));
    // 128 bits to 64, to 32, and the remainder by Barrett's method.
    const __m128i low = _mm_setr_epi32(-1, 0, -1, 0), by4 = _mm_set_epi64x(0, 0x0163cd6124);
    const __m128i divisor = _mm_set_epi64x(0x01f7011641, 0x01db710641);
    __m128i y = _mm_xor_si128(_mm_srli_si128(x[0], 8), _mm_clmulepi64_si128(x[0], by16, 0x10));
    y = _mm_xor_si128(_mm_srli_si128(y, 4), _mm_clmulepi64_si128(_mm_and_si128(y, low), by4, 0x00));
    __m128i q = _mm_clmulepi64_si128(_mm_and_si128(y, low), divisor, 0x10);
    q = _mm_clmulepi64_si128(_mm_and_si128(q, low), divisor, 0x00);
    return uint32_t(_mm_extract_epi32(_mm_xor_si128(y, q), 1));
}

#undef RL_FOLDING
}  // namespace rl
#else
namespace rl {
inline bool crc32_folds() { return false; }
inline uint32_t crc32_blocks(const unsigned char*, size_t, uint32_t state) { return state; }
}  // namespace rl
#endif
