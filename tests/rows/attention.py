"""Rows of attention (`ops/attention.py`)."""

from table import bools, ints, row, s, t

SEEN = [[True, False, False, True, True], [True, True, False, False, False], [False, True, True, True, True]]
BLIND = [[True] * 5, [False] * 5, [False, True, True, True, False]]
TOL = {"float32": (3e-5, 3e-6), "bfloat16": (4e-2, 4e-2), "float16": (5e-3, 5e-3)}
WHY = "PyTorch sums in other orders, and rounds half precision between the steps"

row(
    "nn.functional.scaled_dot_product_attention",
    [
        s(t(2, 3, 4), t(2, 5, 4), t(2, 5, 6)),
        s(t(2, 2, 3, 4), t(2, 2, 5, 4), t(2, 2, 5, 4), is_causal=True),
        s(t(2, 2, 3, 4), t(2, 2, 5, 4), t(2, 2, 5, 4), bools(values=SEEN)),
        s(t(2, 3, 4), t(2, 5, 4), t(2, 5, 4), bools(values=BLIND)),
        s(t(2, 3, 4), t(2, 5, 4), t(2, 5, 4), t(3, 5), scale=0.3),
        s(t(2, 3, 4), t(5, 4), t(5, 4)),
        s(t(1, 4, 3, 4), t(1, 2, 5, 4), t(1, 2, 5, 4), enable_gqa=True),
    ],
    dtypes=("float64", "float16", "bfloat16"),
    out=False,
    tol=TOL,
    tol_reason=WHY,
    raises=[
        s(t(4), t(5, 4), t(5, 4)),
        s(t(2, 3, 4), t(2, 5, 4), t(2, 5, 4), t(3, 5), is_causal=True),
        s(t(2, 3, 4), t(2, 5, 4), t(2, 5, 4), ints(3, 5)),
        s(t(2, 3, 4), t(2, 5, 4, dtype="float64"), t(2, 5, 4)),
        s(t(2, 3, 4), t(2, 5, 3), t(2, 5, 4)),
        s(t(2, 3, 4), t(2, 5, 4), t(2, 6, 4)),
        s(t(2, 3, 4), t(3, 5, 4), t(3, 5, 4)),
        s(t(1, 4, 3, 4), t(1, 3, 5, 4), t(1, 3, 5, 4), enable_gqa=True),
        s(t(2, 3, 4), t(2, 5, 4), t(2, 5, 4), dropout_p=1.5),
    ],
)
row(
    "nn.functional.multi_head_attention_forward",
    [
        s(t(3, 2, 4), t(5, 2, 4), t(5, 2, 4), 4, 2, t(12, 4), t(12), None, None, False, 0.0, t(4, 4), t(4)),
        s(t(3, 2, 4), t(5, 2, 4), t(5, 2, 4), 4, 2, t(12, 4), None, None, None, True, 0.0, t(4, 4), None,
          key_padding_mask=bools(values=[[False, True, False, False, True], [True, False, False, False, False]]),
          need_weights=False),
        s(t(3, 4), t(5, 4), t(5, 4), 4, 2, t(12, 4), t(12), t(1, 1, 4), t(1, 1, 4), False, 0.0, t(4, 4), t(4),
          attn_mask=t(3, 5), average_attn_weights=False),
        s(t(3, 2, 4), t(5, 2, 3), t(5, 2, 6), 4, 2, None, t(12), None, None, False, 0.0, t(4, 4), t(4),
          use_separate_proj_weight=True, q_proj_weight=t(4, 4), k_proj_weight=t(4, 3), v_proj_weight=t(4, 6)),
    ],
    domain=(-1, 1),
    dtypes=("float64",),
    out=False,
    tol={"float32": (2e-4, 2e-5)},
    tol_reason="what the projections' sums round shifts the weights",
    raises=[
        s(t(3, 2, 4), t(5, 4), t(5, 4), 4, 2, t(12, 4), t(12), None, None, False, 0.0, t(4, 4), t(4)),
        s(t(3, 2, 4), t(5, 2, 4), t(4, 2, 4), 4, 2, t(12, 4), t(12), None, None, False, 0.0, t(4, 4), t(4)),
        s(t(3, 2, 4), t(5, 2, 4), t(5, 2, 4), 6, 2, t(12, 4), t(12), None, None, False, 0.0, t(4, 4), t(4)),
        s(t(3, 2, 4), t(5, 2, 4), t(5, 2, 4), 4, 2, t(12, 4), t(12), None, None, False, 0.0, t(4, 4), t(4), attn_mask=t(3, 4)),
        s(t(3, 2, 4), t(5, 2, 4), t(5, 2, 4), 4, 2, t(12, 4), t(12), None, None, False, 0.0, t(4, 4), t(4), is_causal=True),
    ],
)  # fmt: skip
