// Order: stable sorts, selection, search and counting, for elements of any type.
//
// An element becomes an unsigned key whose order is that of the elements: nan above all, both zeros alike. A key of 32
// bits, or of 64, stands with its position below it in one number of twice the size: these are all different, so any
// sort of them is a stable sort. Compiled once: nothing here gains from wider vectors.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "pool.h"

namespace rl {

enum OrderKind { kU8, kI8, kU16, kI16, kU32, kI32, kU64, kI64, kF16, kF32, kF64 };
enum OrderWork { kSort, kFirst, kRank, kMedian, kNanMedian };

typedef unsigned __int128 Wide;
constexpr size_t BUCKETS = 256, FEW = 512, BLOCK_KEYS = 256, ALONE = size_t(1) << 16;

inline bool is_floating(int kind) { return kind >= kF16; }

// ---- keys

template <class U>
inline U signed_key(U b) { return U(b ^ (U(1) << (8 * sizeof(U) - 1))); }

template <class U>
inline U float_key(U b, U infinity) {
    const U top = U(U(1) << (8 * sizeof(U) - 1)), size = U(b & U(~top));
    const U key = size == 0 ? top : b & top ? U(~b) : U(b | top);
    return size > infinity ? U(~U(0)) : key;
}

// The keys of n elements, `step` bytes apart; with positions from `first` on where Out is twice as wide as Key.
template <class U, class Key, class Out, class F>
void load_with(const char* p, ptrdiff_t step, size_t n, Key flip, size_t first, Out* out, F key) {
    for (size_t i = 0; i < n; i++, p += step) {
        U b;
        std::memcpy(&b, p, sizeof b);
        const Key k = Key(key(b)) ^ flip;
        if (sizeof(Out) == sizeof(Key)) out[i] = Out(k);
        else out[i] = Out(k) << (4 * sizeof(Out)) | Out(first + i);
    }
}

template <class Key, class Out>
void load(int kind, const char* p, ptrdiff_t step, size_t n, bool down, size_t first, Out* out) {
    const Key flip = down ? Key(~Key(0)) : Key(0);
    if constexpr (sizeof(Key) == 4) switch (kind) {
    case kU8: return load_with<uint8_t, Key>(p, step, n, flip, first, out, [](uint8_t b) { return b; });
    case kI8: return load_with<uint8_t, Key>(p, step, n, flip, first, out, [](uint8_t b) { return signed_key(b); });
    case kU16: return load_with<uint16_t, Key>(p, step, n, flip, first, out, [](uint16_t b) { return b; });
    case kI16: return load_with<uint16_t, Key>(p, step, n, flip, first, out, [](uint16_t b) { return signed_key(b); });
    case kF16: return load_with<uint16_t, Key>(p, step, n, flip, first, out,
                                               [](uint16_t b) { return float_key(b, uint16_t(0x7c00)); });
    case kU32: return load_with<uint32_t, Key>(p, step, n, flip, first, out, [](uint32_t b) { return b; });
    case kI32: return load_with<uint32_t, Key>(p, step, n, flip, first, out, [](uint32_t b) { return signed_key(b); });
    case kF32: return load_with<uint32_t, Key>(p, step, n, flip, first, out,
                                               [](uint32_t b) { return float_key(b, uint32_t(0x7f800000)); });
    }
    else switch (kind) {
    case kU64: return load_with<uint64_t, Key>(p, step, n, flip, first, out, [](uint64_t b) { return Key(b); });
    case kI64: return load_with<uint64_t, Key>(p, step, n, flip, first, out, [](uint64_t b) { return Key(signed_key(b)); });
    case kF64: return load_with<uint64_t, Key>(p, step, n, flip, first, out,
                                               [](uint64_t b) { return Key(float_key(b, uint64_t(0x7ff) << 52)); });
    }
}

template <class Out> struct KeyOf { typedef uint32_t type; };
template <> struct KeyOf<Wide> { typedef uint64_t type; };

template <class Out>
inline typename KeyOf<Out>::type key_of(Out x) { return typename KeyOf<Out>::type(x >> (4 * sizeof(Out))); }
template <class Out>
inline size_t place_of(Out x) { return size_t(typename KeyOf<Out>::type(x)); }

// ---- few: networks of 8, then merges from both ends

template <class U>
inline void exchange(U& a, U& b) {
    const U low = a < b ? a : b, high = a < b ? b : a;
    a = low, b = high;
}

template <class U>
inline void sort8(U* v) {
    static const unsigned char pairs[19][2] = {{0, 2}, {1, 3}, {4, 6}, {5, 7}, {0, 4}, {1, 5}, {2, 6}, {3, 7}, {0, 1}, {2, 3},
                                               {4, 5}, {6, 7}, {2, 4}, {3, 5}, {1, 4}, {3, 6}, {1, 2}, {3, 4}, {5, 6}};
#pragma GCC unroll 19
    for (int i = 0; i < 19; i++) exchange(v[pairs[i][0]], v[pairs[i][1]]);
}

// Two ordered runs of n each: n steps from the front and n from the back never leave their run.
template <class U>
inline void merge(const U* from, size_t n, U* to) {
    const U *a = from, *b = from + n, *y = a + n - 1, *z = b + n - 1;
    U *front = to, *back = to + 2 * n - 1;
    for (size_t i = 0; i < n; i++) {
        const bool left = *a < *b, right = *z > *y;
        *front++ = left ? *a : *b;
        a += left, b += !left;
        *back-- = right ? *z : *y;
        z -= right, y -= !right;
    }
}

inline size_t padded(size_t n) {
    if (n > FEW) return n;
    size_t m = 8;
    while (m < n) m *= 2;
    return m;
}

template <class U>
U* sort_few(U* a, U* b, size_t n) {
    const size_t m = padded(n);
    for (size_t i = n; i < m; i++) a[i] = ~U(0);
    for (size_t i = 0; i < m; i += 8) sort8(a + i);
    for (size_t run = 8; run < m; run *= 2, std::swap(a, b))
        for (size_t i = 0; i < m; i += 2 * run) merge(a + i, run, b + i);
    return a;
}

// ---- many: a pass for each byte of the keys in which they differ

template <class U>
U* sort_many(U* a, U* b, size_t n) {
    constexpr int digits = sizeof(U) / 2, low = 4 * sizeof(U);
    uint32_t count[digits][BUCKETS] = {};
    for (size_t i = 0; i < n; i++)
        for (int d = 0; d < digits; d++) count[d][uint8_t(a[i] >> (low + 8 * d))]++;
    for (int d = 0; d < digits; d++) {
        uint32_t* at = count[d];
        const int shift = low + 8 * d;
        if (at[uint8_t(a[0] >> shift)] == n) continue;
        for (uint32_t i = 0, sum = 0; i < BUCKETS; i++) {
            const uint32_t here = at[i];
            at[i] = sum, sum += here;
        }
        for (size_t i = 0; i < n; i++) b[at[uint8_t(a[i] >> shift)]++] = a[i];
        std::swap(a, b);
    }
    return a;
}

// The same by `parts` threads, each with a share of the elements and of every bucket.
template <class U>
U* sort_shared(U* a, U* b, size_t n, const RlPool* pool, int parts, uint32_t (*count)[BUCKETS]) {
    constexpr int low = 4 * sizeof(U);
    const size_t each = (n + parts - 1) / parts;
    for (int shift = low; shift < 2 * low; shift += 8) {
        auto tally = [&](int64_t begin, int64_t end) {
            for (int64_t p = begin; p < end; p++) {
                std::memset(count[p], 0, sizeof count[p]);
                for (size_t i = p * each, last = std::min(n, i + each); i < last; i++) count[p][uint8_t(a[i] >> shift)]++;
            }
        };
        parallel_for(pool, parts, 1, tally);
        uint32_t sum = 0;
        bool differ = false;
        for (size_t k = 0; k < BUCKETS; k++) {
            const uint32_t before = sum;
            for (int p = 0; p < parts; p++) {
                const uint32_t here = count[p][k];
                count[p][k] = sum, sum += here;
            }
            differ = differ || (sum != before && sum - before != n);
        }
        if (!differ) continue;
        auto move = [&](int64_t begin, int64_t end) {
            for (int64_t p = begin; p < end; p++)
                for (size_t i = p * each, last = std::min(n, i + each); i < last; i++) b[count[p][uint8_t(a[i] >> shift)]++] = a[i];
        };
        parallel_for(pool, parts, 1, move);
        std::swap(a, b);
    }
    return a;
}

template <class U>
inline U* sort_items(U* a, U* b, size_t n) { return n <= FEW ? sort_few(a, b, n) : sort_many(a, b, n); }

// ---- selection

// The item of rank k; a is left in disorder. Only those that share their highest bits with it are looked at again.
template <class U>
U select(U* a, size_t n, size_t k) {
    constexpr int bits = 8 * sizeof(U);
    for (int shift = bits - 11; n > 2048 && shift >= bits / 2; shift -= 10) {
        uint32_t count[2048] = {};
        for (size_t i = 0; i < n; i++) count[size_t(a[i] >> shift) & 2047]++;
        size_t digit = 0;
        while (k >= count[digit]) k -= count[digit++];
        size_t m = 0;
        for (size_t i = 0; i < n; i++) {
            const U x = a[i];
            a[m] = x, m += (size_t(x >> shift) & 2047) == digit;
        }
        n = m;
    }
    std::nth_element(a, a + k, a + n);
    return a[k];
}

// Keeps the k least of the lane's items in `kept`, which has room for 2k + BLOCK_KEYS; returns their number.
template <class U>
size_t least(int kind, const char* x, ptrdiff_t step, size_t begin, size_t end, bool down, size_t k, U* kept) {
    typedef typename KeyOf<U>::type Key;
    U block[BLOCK_KEYS], limit = ~U(0);
    size_t m = 0;
    if (k <= 16) {              // an ordered few: hardly any of the others comes among them
        for (size_t i = 0; i < k; i++) kept[i] = limit;
        for (size_t i = begin; i < end; i += BLOCK_KEYS) {
            const size_t here = std::min(BLOCK_KEYS, end - i);
            load<Key>(kind, x + ptrdiff_t(i) * step, step, here, down, i, block);
            for (size_t j = 0; j < here; j++) {
                if (block[j] >= kept[k - 1]) continue;
                size_t at = k - 1;
                for (; at > 0 && kept[at - 1] > block[j]; at--) kept[at] = kept[at - 1];
                kept[at] = block[j];
            }
        }
        return std::min(k, end - begin);
    }
    for (size_t i = begin; i < end; i += BLOCK_KEYS) {
        const size_t here = std::min(BLOCK_KEYS, end - i);
        load<Key>(kind, x + ptrdiff_t(i) * step, step, here, down, i, block);
        for (size_t j = 0; j < here; j++) kept[m] = block[j], m += block[j] <= limit;
        if (m >= 2 * k) {
            std::nth_element(kept, kept + (k - 1), kept + m);
            limit = kept[k - 1], m = k;
        }
    }
    if (m > k) std::nth_element(kept, kept + (k - 1), kept + m), m = k;
    return m;
}

// ---- lanes

struct OrderJob {
    int kind, size, work;       // size: bytes of an element
    bool down;
    int64_t n, inner, lanes, k; // lanes lie `inner` elements apart from step to step; k: how many, or which
    const char* x;
    char* values;               // may be null
    int64_t* indices;           // may be null
    std::atomic<bool> failed;
};

template <class V>
inline void copy_values(const char* x, ptrdiff_t from, char* to, ptrdiff_t step, const int64_t* at, ptrdiff_t at_step, size_t n) {
    for (size_t i = 0; i < n; i++, to += step) std::memcpy(to, x + at[ptrdiff_t(i) * at_step] * from, sizeof(V));
}

template <class U>
void emit(const OrderJob& j, const char* x, int64_t out, const U* items, size_t begin, size_t end) {
    int64_t* at = j.indices + out + int64_t(begin) * j.inner;
    for (size_t i = begin; i < end; i++) at[int64_t(i - begin) * j.inner] = int64_t(place_of(items[i]));
    const ptrdiff_t step = j.inner * j.size;
    char* to = j.values + (out + int64_t(begin) * j.inner) * j.size;
    switch (j.size) {
    case 1: return copy_values<uint8_t>(x, step, to, step, at, j.inner, end - begin);
    case 2: return copy_values<uint16_t>(x, step, to, step, at, j.inner, end - begin);
    case 4: return copy_values<uint32_t>(x, step, to, step, at, j.inner, end - begin);
    default: return copy_values<uint64_t>(x, step, to, step, at, j.inner, end - begin);
    }
}

// The rank that is asked for in a lane of n with so many nans, which come last: the first of them where one decides.
inline size_t rank_of(const OrderJob& j, size_t n, size_t nans) {
    if (j.work == kRank) return size_t(j.k);
    return nans && (j.work == kMedian || nans == n) ? n - nans : (n - nans - 1) / 2;
}

// The item of that rank; a long lane is read twice, so that only what shares its first bits is kept.
template <class U>
bool ranked(const OrderJob& j, const char* x, ptrdiff_t step, U* a, U* found) {
    typedef typename KeyOf<U>::type Key;
    const Key nan = is_floating(j.kind) ? j.kind == kF16 ? Key(0xffff) : Key(~Key(0)) : Key(0);
    const bool floating = is_floating(j.kind);
    const size_t n = size_t(j.n);
    size_t nans = 0;
    if (n <= 2048) {
        load<Key>(j.kind, x, step, n, false, 0, a);
        for (size_t i = 0; floating && i < n; i++) nans += key_of(a[i]) == nan;
        *found = select(a, n, rank_of(j, n, nans));
        return true;
    }
    const int shift = 8 * (j.size < 4 ? j.size : int(sizeof(Key))) - 11;
    uint32_t count[2048] = {};
    Key keys[BLOCK_KEYS];
    for (size_t i = 0; i < n; i += BLOCK_KEYS) {
        const size_t here = std::min(BLOCK_KEYS, n - i);
        load<Key>(j.kind, x + ptrdiff_t(i) * step, step, here, false, 0, keys);
        for (size_t q = 0; q < here; q++) count[shift < 0 ? keys[q] : keys[q] >> shift]++, nans += floating && keys[q] == nan;
    }
    size_t k = rank_of(j, n, nans), digit = 0, m = 0;
    while (k >= count[digit]) k -= count[digit++];
    U* kept = static_cast<U*>(std::malloc((count[digit] + 1) * sizeof(U)));
    if (!kept) return false;
    for (size_t i = 0; i < n; i += BLOCK_KEYS) {
        U block[BLOCK_KEYS];
        const size_t here = std::min(BLOCK_KEYS, n - i);
        load<Key>(j.kind, x + ptrdiff_t(i) * step, step, here, false, i, block);
        for (size_t q = 0; q < here; q++) {
            const Key key = key_of(block[q]);
            kept[m] = block[q], m += (shift < 0 ? key : key >> shift) == digit;
        }
    }
    *found = select(kept, m, k);
    std::free(kept);
    return true;
}

// One lane; false without memory.
template <class U>
bool lane(const OrderJob& j, int64_t number, U* a, U* b, const RlPool* pool,
          uint32_t (*count)[BUCKETS], int parts) {
    typedef typename KeyOf<U>::type Key;
    const int64_t o = number / j.inner, i = number % j.inner;
    const char* x = j.x + (o * j.n * j.inner + i) * j.size;
    const ptrdiff_t step = j.inner * j.size;
    const size_t n = size_t(j.n), k = size_t(j.k);
    const int64_t kept = j.work == kSort ? j.n : j.work == kFirst ? j.k : 1;
    const int64_t out = o * kept * j.inner + i;
    if (j.work == kFirst && k * 8 <= n && (n > FEW || k <= 16)) {
        size_t m;
        if (parts > 1) {
            const size_t each = (n + parts - 1) / parts, room = 2 * k + BLOCK_KEYS;
            auto part = [&](int64_t begin, int64_t end) {
                for (int64_t p = begin; p < end; p++) {
                    const size_t low = std::min(n, p * each), high = std::min(n, low + each);
                    count[p][0] = uint32_t(least(j.kind, x, step, low, high, j.down, k, b + p * room));
                }
            };
            parallel_for(pool, parts, 1, part);
            m = 0;
            for (int p = 0; p < parts; p++) std::memcpy(a + m, b + p * room, count[p][0] * sizeof(U)), m += count[p][0];
        } else {
            m = least(j.kind, x, step, 0, n, j.down, k, a);
        }
        return emit(j, x, out, sort_items(a, b, m), 0, k), true;
    }
    if (j.work >= kRank) {
        U item = 0;
        if (!ranked(j, x, step, a, &item)) return false;
        return emit(j, x, out, &item, 0, 1), true;
    }
    auto fill = [&](int64_t begin, int64_t end) {
        load<Key>(j.kind, x + begin * step, step, size_t(end - begin), j.down, size_t(begin), a + begin);
    };
    parts > 1 ? parallel_for(pool, j.n, (j.n + parts - 1) / parts, fill) : fill(0, j.n);
    if (j.work == kSort) {
        U* found = parts > 1 ? sort_shared(a, b, n, pool, parts, count) : sort_items(a, b, n);
        auto write = [&](int64_t begin, int64_t end) { emit(j, x, out, found, size_t(begin), size_t(end)); };
        parts > 1 ? parallel_for(pool, j.n, (j.n + parts - 1) / parts, write) : write(0, j.n);
    } else {
        U* found = a;
        if (n <= FEW) {
            found = sort_few(a, b, n);
        } else if (k) {
            std::memcpy(b, a, n * sizeof(U));
            const U limit = select(b, n, k - 1);
            size_t m = 0;
            for (size_t q = 0; q < n; q++) {
                const U item = a[q];
                a[m] = item, m += item <= limit;
            }
            found = sort_items(a, b, k);
        }
        emit(j, x, out, found, 0, k);
    }
    return true;
}

template <class U>
void order_lanes(OrderJob& j, const RlPool* pool) {
    const size_t n = size_t(j.n);
    const int wanted = std::min(8, pool->threads());
    const int parts = j.lanes == 1 && n >= ALONE && wanted > 1 ? wanted : 1;
    const bool rank = j.work >= kRank;
    const size_t room = rank ? std::min<size_t>(n, 2048) : std::max(padded(n), 2 * size_t(j.k) + BLOCK_KEYS);
    const size_t aside = rank ? 0 : std::max(room, parts * (2 * std::min(size_t(j.k), n / 8) + BLOCK_KEYS));
    const int64_t grain = std::max<int64_t>(1, std::min<int64_t>((j.lanes + 2 * wanted - 1) / (2 * wanted), 65536));
    auto some = [&](int64_t begin, int64_t end) {
        U* a = static_cast<U*>(std::malloc((room + aside) * sizeof(U)));
        void* count = parts > 1 ? std::malloc(size_t(parts) * BUCKETS * sizeof(uint32_t)) : nullptr;
        if (!a || (parts > 1 && !count)) j.failed = true;
        else
            for (int64_t l = begin; l < end; l++)
                if (!lane(j, l, a, a + room, pool, static_cast<uint32_t(*)[BUCKETS]>(count), parts)) j.failed = true;
        std::free(a);
        std::free(count);
    };
    if (j.lanes == 1 || !pool->pays(j.lanes * j.n * 8)) some(0, j.lanes);
    else parallel_for(pool, j.lanes, grain, some);
}

inline bool order(int kind, int size, int work, bool down, int64_t n, int64_t inner, int64_t lanes, int64_t k, const char* x,
                  char* values, int64_t* indices, const RlPool* pool) {
    OrderJob j = {kind, size, work, down, n, inner, lanes, k, x, values, indices, {false}};
    if (n >= int64_t(1) << 31) return false;
    size < 8 ? order_lanes<uint64_t>(j, pool) : order_lanes<Wide>(j, pool);
    return !j.failed;
}

// ---- distinct elements

// Fills inverse with each element's number among the distinct ones in order, first[] with where each is met first and
// count[] with how often; both have room for n. Returns how many there are, -1 without memory.
template <class U>
int64_t distinct_sorted(int kind, int size, const char* x, int64_t n, int64_t* inverse, int64_t* first, int64_t* count) {
    typedef typename KeyOf<U>::type Key;
    const size_t room = padded(size_t(n));
    U* a = static_cast<U*>(std::malloc(2 * room * sizeof(U)));
    if (!a) return -1;
    load<Key>(kind, x, size, size_t(n), false, 0, a);
    const U* found = sort_items(a, a + room, size_t(n));
    const Key nan = kind == kF16 ? Key(0xffff) : Key(~Key(0));
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        const Key key = key_of(found[i]);
        if (i == 0 || key != key_of(found[i - 1]) || (is_floating(kind) && key == nan))
            first[m] = int64_t(place_of(found[i])), count[m++] = 0;
        count[m - 1]++;
        inverse[place_of(found[i])] = m - 1;
    }
    std::free(a);
    return m;
}

// The same for integers in a narrow range, by a table of `range` numbers from `low` on.
inline int64_t distinct_counted(const int64_t* x, int64_t n, int64_t low, int64_t range, int64_t* inverse, int64_t* first,
                                int64_t* count) {
    int64_t* table = static_cast<int64_t*>(std::calloc(size_t(range), sizeof(int64_t)));
    if (!table) return -1;
    for (int64_t i = n; i-- > 0;) table[x[i] - low]++;
    int64_t m = 0;
    for (int64_t v = 0; v < range; v++) {
        if (!table[v]) continue;
        count[m] = table[v], first[m] = v + low;
        table[v] = m++;
    }
    for (int64_t i = 0; i < n; i++) inverse[i] = table[x[i] - low];
    std::free(table);
    return m;
}

inline int64_t distinct(int kind, int size, const char* x, int64_t n, int64_t* inverse, int64_t* first, int64_t* count) {
    return size < 8 ? distinct_sorted<uint64_t>(kind, size, x, n, inverse, first, count)
                    : distinct_sorted<Wide>(kind, size, x, n, inverse, first, count);
}

// ---- search

template <class Key>
void search_with(int kind, int size, const Key* rows, int64_t n, const char* x, int64_t begin, int64_t end, bool right,
                 bool shared, int64_t per_row, void* out, bool narrow) {
    Key block[BLOCK_KEYS];
    const Key most = Key(~Key(0)), nan = kind == kF16 ? Key(0xffff) : most;
    for (int64_t i = begin; i < end; i += BLOCK_KEYS) {
        const int64_t here = std::min<int64_t>(BLOCK_KEYS, end - i);
        load<Key>(kind, x + i * size, size, size_t(here), false, 0, block);
        for (int64_t j = 0; j < here; j += 8) {
            const int64_t lanes = std::min<int64_t>(8, here - j);
            const Key* base[8];
            Key wanted[8];
            for (int64_t q = 0; q < 8; q++) {
                const Key key = block[std::min(j + q, here - 1)];
                wanted[q] = Key(key + Key(right && key != most));
                base[q] = rows + (shared ? 0 : std::min(i + j + q, end - 1) / per_row * n);
            }
            for (int64_t left = n; left > 1;) {             // eight at a time: none waits for memory alone
                const int64_t half = left / 2;
                for (int q = 0; q < 8; q++) base[q] += half & -int64_t(base[q][half - 1] < wanted[q]);
                left -= half;
            }
            for (int64_t q = 0; q < lanes; q++) {
                const Key* row = rows + (shared ? 0 : (i + j + q) / per_row * n);
                int64_t found = n ? base[q] - row + (*base[q] < wanted[q]) : 0;
                if (block[j + q] == nan && (is_floating(kind) || (right && nan == most))) found = n;
                if (narrow) static_cast<int32_t*>(out)[i + j + q] = int32_t(found);
                else static_cast<int64_t*>(out)[i + j + q] = found;
            }
        }
    }
}

// Where each of `count` elements belongs in its ordered row of n (`shared`: in the one row there is); false without memory.
template <class Key>
bool search_keys(int kind, int size, const char* rows, int64_t row_count, int64_t n, const char* x, int64_t count, int64_t per_row,
                 bool right, void* out, bool narrow, const RlPool* pool) {
    Key* keys = static_cast<Key*>(std::malloc(size_t(row_count * n + 1) * sizeof(Key)));
    if (!keys) return false;
    load<Key>(kind, rows, size, size_t(row_count * n), false, 0, keys);
    auto some = [&](int64_t begin, int64_t end) {
        search_with<Key>(kind, size, keys, n, x, begin, end, right, row_count == 1, per_row, out, narrow);
    };
    if (pool->pays(count * 10)) parallel_for(pool, count, std::max<int64_t>(count / 16, 1024), some);
    else some(0, count);
    std::free(keys);
    return true;
}

inline bool search(int kind, int size, const char* rows, int64_t row_count, int64_t n, const char* x, int64_t count,
                   int64_t per_row, bool right, void* out, bool narrow, const RlPool* pool) {
    return size < 8 ? search_keys<uint32_t>(kind, size, rows, row_count, n, x, count, per_row, right, out, narrow, pool)
                    : search_keys<uint64_t>(kind, size, rows, row_count, n, x, count, per_row, right, out, narrow, pool);
}

// ---- counting

inline void range_of(const int64_t* x, int64_t n, int64_t* low, int64_t* high) {
    int64_t a = x[0], b = x[0], c = x[0], d = x[0];         // two of each, that none waits for the other
    for (int64_t i = n & 1; i < n; i += 2) {
        a = std::min(a, x[i]), b = std::max(b, x[i]);
        c = std::min(c, x[i + 1]), d = std::max(d, x[i + 1]);
    }
    *low = std::min(a, c), *high = std::max(b, d);
}

// Adds to count[v] how often v occurs; two tables where there is room, since neighbours are often equal.
inline void tally(const int64_t* x, int64_t n, int64_t size, int64_t* count) {
    uint32_t other[1024] = {};
    int64_t i = 0;
    if (size <= 1024 && n < int64_t(1) << 32)
        for (; i + 2 <= n; i += 2) count[x[i]]++, other[x[i + 1]]++;
    for (; i < n; i++) count[x[i]]++;
    for (int64_t v = 0; v < std::min<int64_t>(size, 1024); v++) count[v] += other[v];
}

// Elements of [low, high] in `bins` intervals of equal width, `high` itself in the last.
template <class T>
void histogram(const T* x, int64_t n, T low, T high, T width, int64_t bins, int64_t* count) {
    for (int64_t i = 0; i < n; i++) {
        if (!(x[i] >= low && x[i] <= high)) continue;
        const int64_t at = int64_t((x[i] - low) * T(bins) / width);
        count[at < bins ? at : bins - 1]++;
    }
}

}  // namespace rl
