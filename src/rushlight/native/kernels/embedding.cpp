#include "embedding.h"

namespace RL_NS {

template <class T>
void add_rows(const void* grad, const int64_t* index, int64_t skip, void* out, size_t rows, size_t cols) {
    const T* g = static_cast<const T*>(grad);
    for (size_t r = 0; r < rows; r++, g += cols) {
        if (index[r] == skip) continue;
        T* y = static_cast<T*>(out) + size_t(index[r]) * cols;
#pragma omp simd
        for (size_t i = 0; i < cols; i++) y[i] += g[i];
    }
}

}  // namespace RL_NS

RL_TABLE(EmbeddingTable, embedding) = {{&RL_NS::add_rows<float>, &RL_NS::add_rows<double>}};
