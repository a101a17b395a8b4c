// Products with a matrix that is packed once and kept: the weights of a recurrent layer, the keys and values of attention.
#pragma once
#include "gemm.hpp"

namespace RL_NS {

// The width of panels, in vectors, that takes the fewest steps for products of m rows.
template <class T>
int panel_vectors(int64_t m, int64_t n) {
    const int64_t vectors = over(n, Lanes<T>::W);
    const auto steps = [m](int64_t v) {
        const int64_t tiles = over(m, tallest(int(v)));
        const double step = 0.55 * double(m) / double(tiles) * double(v);
        return double(tiles) * (step > 4.2 ? step : 4.2);
    };
    int best = 1;
    double least_cost = 0;
    for (int v = 1; v <= widest(m) && (v == 1 || v <= vectors); ++v) {
        const int64_t rest = vectors % v;
        const double cost = double(vectors / v) * steps(v) + (rest ? steps(rest) : 0.);
        if (v == 1 || cost <= least_cost) best = v, least_cost = cost;
    }
    return best;
}

template <class T>
int64_t panels_room(int64_t n, int64_t depth) {
    return over(n, Lanes<T>::W) * Lanes<T>::W * depth;
}

template <class T>
void pack_panels(const RlPanels* to, const void* from, int64_t brs, int64_t bcs) {
    const int64_t width = int64_t(to->vectors) * Lanes<T>::W;
    const T* b = static_cast<const T*>(from);
    T* data = static_cast<T*>(to->data);
    for (int64_t j = 0; j < to->n; j += width, data += width * to->depth) {
        const int64_t left = to->n - j;
        pack_panel(b + j * bcs, brs, bcs, to->depth, left, int(least(to->vectors, over(left, Lanes<T>::W))), data);
    }
}

template <class T>
void multiply_panels(const RlPanels* b, const RlPanelProduct* p) {
    constexpr int W = Lanes<T>::W;
    const int64_t width = int64_t(b->vectors) * W, k = p->k1 - p->k0;
    for (int64_t j = p->j0; j < p->j1; j += width) {
        const int64_t columns = least(width, p->j1 - j), laid = least(width, over(b->n - j, W) * W);
        const int v = int(over(columns, W)), tail = int(columns - (v - 1) * W);
        const T* panel = static_cast<const T*>(b->data) + j * b->depth + p->k0 * laid;
        const int64_t tiles = over(p->m, tallest(v));
        Finish<T> f = {static_cast<T*>(p->c) + j - p->j0, p->crs, 1, nullptr, p->irs, 1, T(1), Order::chain};
        if (p->init) f.init = static_cast<const T*>(p->init) + j - p->j0;
        const T* a = static_cast<const T*>(p->a);
        for (int64_t t = 0, r = 0; t < tiles; ++t) {
            const int64_t next = cut(p->m, tiles, t + 1);
            const int high = int(next - r);
            const OuterTile<T> tile = pick_tile<T>(high, v);
            if (k <= kSpan)
                tile(k, a + r * p->ars, p->ars, p->acs, panel, laid, f.c, f.crs, f.init, f.irs, tail);
            else
                general_tile(tile, k, a + r * p->ars, p->ars, p->acs, panel, laid, f, high, v, tail);
            f = Outer<T>::lowered(f, high);
            r = next;
        }
    }
}

}  // namespace RL_NS
