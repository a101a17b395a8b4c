// Large blocks of memory, kept when they are freed: a result then finds its pages already there.
//
// Fresh pages are the dearest part of a large result: the system zeroes each on first touch. Requests are rounded up to a
// size class, eight to a doubling. A freed block waits in its class; what waits is bounded twice, by a cap, and by
// this: a new mapping first gives back waiting blocks until all that is mapped is no more than was ever in use at
// once (and kSlack). So peak memory stays that of a program which keeps nothing.
//
// Addresses are multiples of a page and stand in a table, so that a foreign pointer, which nearly always fails the first
// test, is told from ours without trusting anything that its owner says.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <unordered_map>

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace rl {

constexpr size_t kPage = 4096, kHugePage = size_t(1) << 21;
constexpr size_t kLeastBlock = size_t(1) << 15;  // smaller requests are the C library's
constexpr size_t kSlack = size_t(32) << 20;
constexpr size_t kMostBlock = size_t(1) << 46;

struct BlockStats {
    size_t used, kept, peak_used, limit;    // bytes
    uint64_t blocks, waiting, hits, misses, returned;
};

class Blocks {
  public:
    // A block of at least n bytes, or null. `*zeroed` tells whether it is fresh from the system.
    void* take(size_t n, bool* zeroed) {
        *zeroed = false;
        if (n > kMostBlock) return nullptr;
        const int at = class_of(n);
        const size_t size = size_of(at);
        std::lock_guard<std::mutex> lock(mutex_);
        void* found = nullptr;
        if (!waiting_[at].empty()) {
            found = waiting_[at].back().address;
            waiting_[at].pop_back();
            stats_.kept -= size, stats_.waiting--, stats_.hits++;
        } else {
            const size_t bound = std::max(stats_.peak_used, stats_.used + size) + kSlack;
            while (stats_.waiting && stats_.used + stats_.kept + size > bound) give_back_oldest();
            found = map(size);
            if (!found && stats_.waiting) {
                while (stats_.waiting) give_back_oldest();
                found = map(size);
            }
            if (!found) return nullptr;
            *zeroed = kFreshIsZero;
            stats_.misses++;
        }
        try {
            used_.emplace(found, at);
        } catch (...) {
            unmap(found, size);
            return nullptr;
        }
        stats_.used += size, stats_.blocks++;
        stats_.peak_used = std::max(stats_.peak_used, stats_.used);
        return found;
    }

    // The bytes of a block in use that starts at p; 0 for any other pointer.
    size_t size(void* p) {
        if (!may_own(p)) return 0;
        std::lock_guard<std::mutex> lock(mutex_);
        const auto it = used_.find(p);
        return it == used_.end() ? 0 : size_of(it->second);
    }

    // Frees a block in use; false for any other pointer.
    bool drop(void* p) {
        if (!may_own(p)) return false;
        std::lock_guard<std::mutex> lock(mutex_);
        const auto it = used_.find(p);
        if (it == used_.end()) return false;
        const int at = it->second;
        const size_t size = size_of(at);
        used_.erase(it);
        stats_.used -= size, stats_.blocks--;
        if (size <= stats_.limit) {
            try {
                waiting_[at].push_back({p, ++clock_});
            } catch (...) {
                unmap(p, size);
                return true;
            }
            stats_.kept += size, stats_.waiting++;
            while (stats_.kept > stats_.limit) give_back_oldest();
        } else {
            unmap(p, size), stats_.returned++;
        }
        return true;
    }

    // Gives all waiting blocks back to the system; the bytes.
    size_t empty() {
        std::lock_guard<std::mutex> lock(mutex_);
        const size_t all = stats_.kept;
        while (stats_.waiting) give_back_oldest();
        stats_.peak_used = stats_.used;
        return all;
    }

    void set_limit(size_t bytes) {
        std::lock_guard<std::mutex> lock(mutex_);
        stats_.limit = bytes;
        while (stats_.kept > bytes) give_back_oldest();
    }

    BlockStats stats() {
        std::lock_guard<std::mutex> lock(mutex_);
        return stats_;
    }

    void lock() { mutex_.lock(); }
    void unlock() { mutex_.unlock(); }

    static bool may_own(void* p) { return p && (reinterpret_cast<uintptr_t>(p) & (kPage - 1)) == 0; }

  private:
    struct Free {
        void* address;
        uint64_t when;
    };
    static const int kClasses = 64 * 8;
#if defined(__linux__)
    static const bool kFreshIsZero = true;
#else
    static const bool kFreshIsZero = false;
#endif

    // Classes of (8 + k) * 2**e bytes, k < 8: class 8e + k, for blocks above 8 * 2**e.
    static int class_of(size_t n) {
        n = std::max(n, kLeastBlock);
        int e = 0;
        while ((size_t(16) << e) < n) e++;
        const size_t eighths = (n + (size_t(1) << e) - 1) >> e;  // 9 .. 16 of 2**e
        return 8 * e + int(eighths) - 9;
    }
    static size_t size_of(int at) { return size_t(at % 8 + 9) << (at / 8); }

    void give_back_oldest() {
        int oldest = -1;
        for (int at = 0; at < kClasses; at++)
            if (!waiting_[at].empty() && (oldest < 0 || waiting_[at].front().when < waiting_[oldest].front().when)) oldest = at;
        if (oldest < 0) return;
        void* p = waiting_[oldest].front().address;
        waiting_[oldest].pop_front();
        const size_t size = size_of(oldest);
        stats_.kept -= size, stats_.waiting--, stats_.returned++;
        unmap(p, size);
    }

#if defined(__linux__)
    // Blocks of two huge pages or more start at one, where the system may then back them by such pages.
    static void* map(size_t size) {
        const bool huge = size >= 2 * kHugePage;
        const size_t more = huge ? size + kHugePage : size;
        void* raw = mmap(nullptr, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (raw == MAP_FAILED) return nullptr;
        if (!huge) return raw;
        char* begin = static_cast<char*>(raw);
        char* p = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(raw) + kHugePage - 1) & ~(kHugePage - 1));
        if (p > begin) munmap(begin, size_t(p - begin));
        if (begin + more > p + size) munmap(p + size, size_t(begin + more - p - size));
        madvise(p, size, MADV_HUGEPAGE);  // advice: where there are no huge pages nothing is lost
        return p;
    }
    static void unmap(void* p, size_t size) { munmap(p, size); }
#elif defined(_WIN32)
    static void* map(size_t size) { return _aligned_malloc(size, kPage); }
    static void unmap(void* p, size_t) { _aligned_free(p); }
#else
    static void* map(size_t size) {
        void* p = nullptr;
        return posix_memalign(&p, kPage, size) == 0 ? p : nullptr;
    }
    static void unmap(void* p, size_t) { std::free(p); }
#endif

    std::mutex mutex_;
    std::unordered_map<void*, int> used_;  // address -> class
    std::deque<Free> waiting_[kClasses];   // oldest first
    uint64_t clock_ = 0;
    BlockStats stats_ = {0, 0, 0, size_t(1) << 30, 0, 0, 0, 0, 0};
};

// Never destroyed: arrays outlive the interpreter's last breath. A child made by fork owns the parent's blocks.
inline Blocks& blocks() {
    static Blocks* const all = [] {
        Blocks* made = new Blocks;
#if !defined(_WIN32)
        pthread_atfork([] { blocks().lock(); }, [] { blocks().unlock(); }, [] { blocks().unlock(); });
#endif
        return made;
    }();
    return *all;
}

}  // namespace rl
