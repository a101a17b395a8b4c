// Memory that a thread keeps between calls, for what a kernel copies or computes aside.
#pragma once
#include <cstddef>
#include <new>

#include "level.h"

namespace RL_NS {

struct Scratch {
    void* data = nullptr;
    size_t size = 0;
    ~Scratch() { drop(); }
    void drop() {
        if (data) ::operator delete(data, std::align_val_t(64));
        data = nullptr, size = 0;
    }
    void* get(size_t wanted) {
        if (wanted > size) {
            drop();
            data = ::operator new(wanted, std::align_val_t(64), std::nothrow);
            size = data ? wanted : 0;
        }
        return data;
    }
};

}  // namespace RL_NS
