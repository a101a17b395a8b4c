// The thread pool: std::thread workers that sleep on a condition variable between jobs.
//
// One job runs at a time; the calling thread takes part, so a late worker costs nothing. A call made
// while a job is running (from another thread, or from inside a body) runs serially on its own thread.
// The pool is never destroyed: workers are detached and asleep when the process ends. A forked
// child inherits no threads, so it forgets the parent's pool and starts its own when first needed.
#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>

#include "pool.h"

#if defined(__linux__)
#include <sched.h>
#endif
#if !defined(_WIN32)
#include <pthread.h>
#include <signal.h>
#endif

namespace rl {

static const int kMaxThreads = 1024;

// Waking a sleeping thread takes 5 us on bare metal and 30 us in a virtual machine, so a worker
// looks out for the next job before it sleeps: for the longer time when one of its last four
// jobs came that soon after the one before, else for the shorter. For the first part of the longer
// time it gives nobody else the processor: a job then reaches it within 0.2 us.
static const int64_t kShortSpin = 2000, kLongSpin = 300000, kHotSpin = 20000;  // ns
static const int64_t kAwakePays = 2500, kAsleepPays = 80000;  // ns of work worth sharing, see RlPool::pays

// Work shorter than kAsleepPays is worth waking for too when more of it follows: once kOften of it has been passed
// over within kRecent, a worker is woken, and stays up as long as jobs come soon.
static const int64_t kRecent = 1000000, kOften = 150000;  // ns

inline int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) && !defined(_MSC_VER)
    asm volatile("yield");
#endif
}

// Which processor this thread is on, or -1 where the system does not tell.
inline int processor() {
#if defined(__linux__)
    return sched_getcpu();
#else
    return -1;
#endif
}

// Moves this thread off a processor. Two threads that wake and yield to one another on one processor look
// busy with its cache to the scheduler, which then leaves the other processor idle for good.
inline void leave(int processor) {
#if defined(__linux__)
    cpu_set_t all;
    if (processor < 0 || sched_getaffinity(0, sizeof all, &all) != 0) return;
    cpu_set_t others = all;
    CPU_CLR(processor, &others);
    if (CPU_COUNT(&others) && sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof all, &all);
#else
    (void)processor;
#endif
}

// A job's fields are written while the gate is shut. A worker that sees a new generation passes the gate (and is
// counted) if the job is still open and has a place left; the caller shuts it and waits until nobody is inside.
class Pool {
  public:
    // Runs the job with up to `threads` threads; false when another job holds the pool.
    bool run(int64_t n, int64_t grain, RlBody body, void* ctx, int threads) {
        if (busy_.exchange(true, std::memory_order_acquire)) return false;
        body_ = body, ctx_ = ctx, n_ = n, grain_ = grain;
        chunks_ = (n + grain - 1) / grain;
        const int helpers = static_cast<int>(std::min<int64_t>(threads - 1, chunks_ - 1));
        dealt_ = chunks_ == helpers + 1;
        if (!dealt_) {
            taken_.store(0, std::memory_order_relaxed);
            front_.store(0, std::memory_order_relaxed);
            back_.store(0, std::memory_order_relaxed);
        }
        if (workers_.load(std::memory_order_relaxed) < helpers) grow(helpers);
        const bool asleep = sleeping_.load(std::memory_order_relaxed) > 0;
        caller_on_ = asleep || ++jobs_ % 64 == 0 ? processor() : -1;
        gate_.store(kOpen + helpers * kPlace, std::memory_order_release);
        generation_.fetch_add(1, std::memory_order_seq_cst);
        if (sleeping_.load(std::memory_order_seq_cst) > 0) wake(helpers);
        dealt_ ? chunk(0) : work(true);
        finish();
        busy_.store(false, std::memory_order_release);
        return true;
    }

    bool awake() const { return workers_.load(std::memory_order_relaxed) > sleeping_.load(std::memory_order_relaxed); }

    // Counts work that was too short to wake a worker for; whether there has been so much lately that it pays. Threads that
    // call at once may count too little, which does no harm.
    bool often(int64_t nanoseconds) {
        const int64_t now = now_ns();
        const bool recent = now - counted_since_.load(std::memory_order_relaxed) < kRecent;
        if (!recent) counted_since_.store(now, std::memory_order_relaxed);
        const int64_t passed = nanoseconds + (recent ? passed_over_.load(std::memory_order_relaxed) : 0);
        const bool pays = passed >= kOften;
        passed_over_.store(pays ? 0 : passed, std::memory_order_relaxed);
        if (pays) more_to_come_.store(true, std::memory_order_relaxed);
        return pays;
    }

  private:
    // The gate: how many workers are inside (low half), how many more may enter, whether it is open at all.
    static const int64_t kPlace = int64_t(1) << 32, kOpen = int64_t(1) << 62, kInside = kPlace - 1;

    // The number of the place taken, from 1; 0 when there is none.
    int64_t enter() {
        int64_t gate = gate_.load(std::memory_order_acquire);
        while (gate >= kOpen + kPlace)
            if (gate_.compare_exchange_weak(gate, gate - kPlace + 1, std::memory_order_acq_rel)) return (gate - kOpen) / kPlace;
        return 0;
    }

    void chunk(int64_t i) { body_(ctx_, i * grain_, std::min((i + 1) * grain_, n_)); }

    // With one chunk for each thread, a place is a chunk. With more,
    // the caller takes chunks from the front, workers from the back, until they meet: of two threads
    // each finds in its cache what it wrote in the job before, and a late one is not waited for.
    void work(bool caller) {
        while (taken_.fetch_add(1, std::memory_order_relaxed) < chunks_) {
            const int64_t i = caller ? front_.fetch_add(1, std::memory_order_relaxed)
                                     : chunks_ - 1 - back_.fetch_add(1, std::memory_order_relaxed);
            chunk(i);
        }
    }

    // Closes the job to late workers, does what was dealt to them, and waits for those inside.
    void finish() {
        const int64_t gate = gate_.fetch_and(kInside, std::memory_order_acq_rel);
        if (dealt_)
            for (int64_t i = (gate - kOpen) / kPlace; i > 0; --i) chunk(i);
        if ((gate & kInside) == 0) return;
        for (int i = 1; i <= 4000; ++i) {  // the last chunk is nearly done as a rule
            if (gate_.load(std::memory_order_acquire) == 0) return;
            i % 256 ? relax() : std::this_thread::yield();
        }
        std::unique_lock<std::mutex> lock(mutex_);
        done_.wait(lock, [this] { return gate_.load(std::memory_order_acquire) == 0; });
    }

    void wake(int helpers) {
        std::lock_guard<std::mutex> lock(mutex_);       // a worker is either inside wait() or has not looked yet
        for (int i = std::min(helpers, sleeping_.load(std::memory_order_relaxed)); i > 0; --i) wake_.notify_one();
    }

    // Looks for a new job until `patience` is over; whether there is one. After the first part it steps aside for
    // whoever wants this processor.
    bool look_out(uint64_t seen, int64_t since, int64_t patience) {
        const int64_t hot = patience == kLongSpin ? kHotSpin : 0;
        for (int64_t waited = 0; waited < patience; waited = now_ns() - since) {
            if (waited >= hot) std::this_thread::yield();
            for (int i = 0; i < 16; ++i) {
                if (generation_.load(std::memory_order_acquire) != seen) return true;
                relax();
            }
        }
        return false;
    }

    void sleep(uint64_t seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        sleeping_.fetch_add(1, std::memory_order_seq_cst);
        wake_.wait(lock, [&] { return generation_.load(std::memory_order_seq_cst) != seen; });
        sleeping_.fetch_sub(1, std::memory_order_relaxed);
    }

    void serve() {
        uint64_t seen = 0;
        unsigned soon = 0;  // one bit a job, the newest lowest: did it come soon?
        int64_t idle = now_ns();
        for (;;) {
            if (!look_out(seen, idle, soon & 15 ? kLongSpin : kShortSpin)) sleep(seen);
            seen = generation_.load(std::memory_order_acquire);
            soon = soon << 1 | (now_ns() - idle < kLongSpin || more_to_come_.exchange(false, std::memory_order_relaxed));
            if (const int64_t place = enter()) {
                const int callers = caller_on_;
                if (callers >= 0 && processor() == callers) leave(callers);
                dealt_ ? chunk(place) : work(false);
                if (gate_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
                    std::lock_guard<std::mutex> lock(mutex_);  // the caller is either spinning or already inside wait()
                    done_.notify_one();
                }
            }
            idle = now_ns();
        }
    }

    // Starts workers until there are `wanted` (or the system has no more to give).
    void grow(int wanted) {
#if !defined(_WIN32)
        sigset_t all, old;  // signals are the main thread's business
        if (workers_ < wanted) sigfillset(&all), pthread_sigmask(SIG_SETMASK, &all, &old);
        const bool masked = workers_ < wanted;
#endif
        try {
            for (; workers_ < wanted; workers_.fetch_add(1)) std::thread([this] { serve(); }).detach();
        } catch (const std::system_error&) {
        }
#if !defined(_WIN32)
        if (masked) pthread_sigmask(SIG_SETMASK, &old, nullptr);
#endif
    }

    std::atomic<bool> busy_{false};
    alignas(64) std::atomic<uint64_t> generation_{0};  // what waiting workers look at
    alignas(64) std::atomic<int64_t> gate_{0};
    alignas(64) std::atomic<int64_t> taken_{0}, front_{0}, back_{0};  // chunks: in all, by the caller, by workers
    alignas(64) std::atomic<int> sleeping_{0};  // workers that need a notification
    std::atomic<int64_t> counted_since_{0}, passed_over_{0};  // see often()
    std::atomic<bool> more_to_come_{false};
    uint64_t jobs_ = 0;
    bool dealt_ = false;  // there is one chunk for each thread
    int caller_on_ = -1;  // the processor the job came from, when it is worth a look
    std::atomic<int> workers_{0};
    RlBody body_ = nullptr;
    void* ctx_ = nullptr;
    int64_t n_ = 0, grain_ = 1, chunks_ = 0;
    std::mutex mutex_;
    std::condition_variable wake_, done_;
};

static std::atomic<Pool*> the_pool{nullptr};
static std::atomic<int> the_threads{0};

inline Pool* pool() {
    Pool* now = the_pool.load(std::memory_order_acquire);
    if (now) return now;
    Pool* made = new Pool;
    if (the_pool.compare_exchange_strong(now, made)) return made;
    delete made;  // another thread was faster; ours has no workers yet
    return now;
}

inline int positive(const char* name) {
    const char* text = std::getenv(name);
    const int value = text ? std::atoi(text) : 0;
    return value > 0 ? std::min(value, kMaxThreads) : 0;
}

inline int default_threads() {
    if (int n = positive("RUSHLIGHT_NUM_THREADS")) return n;
    if (int n = positive("OMP_NUM_THREADS")) return n;
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
    return std::min(kMaxThreads, std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
}

inline int get_threads() { return the_threads.load(std::memory_order_relaxed); }

inline void set_threads(int n) { the_threads.store(std::min(std::max(n, 1), kMaxThreads), std::memory_order_relaxed); }

inline void pool_parallel_for(int64_t n, int64_t grain, RlBody body, void* ctx) {
    if (n <= 0) return;
    if (grain < 1) grain = 1;
    const int threads = get_threads();
    if (threads > 1 && n > grain && pool()->run(n, grain, body, ctx, threads)) return;
    for (int64_t begin = 0; begin < n; begin += grain) body(ctx, begin, std::min(begin + grain, n));
}

inline bool pool_pays(int64_t nanoseconds) {
    if (get_threads() < 2 || nanoseconds < kAwakePays) return false;
    return nanoseconds >= kAsleepPays || pool()->awake() || pool()->often(nanoseconds);
}

inline const RlPool* pool_table() {
    static const RlPool table = {pool_parallel_for, pool_pays, get_threads};
    return &table;
}

// Called once, when the owning module is imported.
inline void pool_init() {
    set_threads(default_threads());
#if !defined(_WIN32)
    pthread_atfork(nullptr, nullptr, [] { the_pool.store(nullptr); });
#endif
}

}  // namespace rl
