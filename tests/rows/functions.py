"""Functions beside the ones most programs call: other argument orders, copies, hashes, segments."""

from table import dt, ints, row, s, t

NONE = {"grad": False, "dtypes": ()}

row("kl_div", [s(t(3, 4), t(3, 4, low=0.1, high=1)), s(t(3), t(3), 1, log_target=True), s(t(3), t(3, low=0.1, high=1), 2)], dtypes=("float64",))
row("binary_cross_entropy_with_logits", [s(t(3, 4), t(3, 4, low=0, high=1)), s(t(3), t(3, low=0, high=1), reduction=1)], dtypes=("float64",),
    skip={"grad_fn": "PyTorch's node is one of another function here"})
row("grid_sampler", [s(t(1, 2, 3, 3), t(1, 2, 2, 2, low=-0.9, high=0.9), 0, 0, False), s(t(1, 1, 3, 3), t(1, 2, 2, 2, low=-0.9, high=0.9), 0, 1, True)],
    dtypes=("float64",))
row("grid_sampler_2d", [s(t(1, 2, 3, 3), t(1, 2, 2, 2, low=-0.9, high=0.9), 0, 0, False)], dtypes=("float64",))
row("grid_sampler_3d", [s(t(1, 1, 2, 3, 3), t(1, 1, 2, 2, 3, low=-0.9, high=0.9), 0, 0, False)], dtypes=("float64",), gradgrad=False)
row("affine_grid_generator", [s(t(1, 2, 3), (1, 1, 2, 2), False)], dtypes=("float64",), grad=False,
    fn=lambda torch, theta, *rest: torch.affine_grid_generator(theta, *rest))
row("adaptive_max_pool1d", [s(t(1, 2, 6), 2)], dtypes=("float64",))
row("convolution", [s(t(1, 2, 5), t(3, 2, 2), t(3), [1], [0], [1], False, [0], 1), s(t(1, 2, 4, 4), t(2, 3, 2, 2), None, [2, 2], [1, 1], [1, 1], True, [1, 1], 1)],
    dtypes=("float64",))
row("conv_tbc", [s(t(5, 2, 3), t(2, 3, 4), t(4), 1)], dtypes=("float64",), skip={"grad_fn": "PyTorch has a node of its own for it"},
    fn=lambda torch, x, w, b, pad: torch.conv_tbc(x.contiguous(), w.contiguous(), b, pad))
row("native_group_norm", fn=lambda torch, *a: torch.native_group_norm(*[x.contiguous() if isinstance(x, torch.Tensor) else x for x in a]), samples=[s(t(2, 4, 3), t(4), t(4), 2, 4, 3, 2, 1e-5), s(t(2, 4), None, None, 2, 4, 1, 2, 1e-5)], dtypes=("float64",), skip={"grad_fn": "PyTorch's statistics come from the node of the norm"})
row("native_batch_norm", [s(t(3, 4), t(4), t(4), None, None, True, 0.1, 1e-5), s(t(3, 4), None, None, t(4, requires_grad=False),
                                                                                t(4, low=0.5, high=1, requires_grad=False), False, 0.1, 1e-5)],
    dtypes=("float64",), out=False)
row("norm_except_dim", [s(t(2, 3)), s(t(2, 3), 2, 1), s(t(2, 3, 4), 2, -1)], domain=(0.2, 2), dtypes=(), skip={"grad_fn": "PyTorch's is a norm of a view"})
row("embedding_renorm_", [s(t(3, 2, requires_grad=False), ints(2, high=3), 0.5, 2.0)], **NONE,
    fn=lambda torch, x, at, limit, p: torch.embedding_renorm_(x.clone(), at, limit, p))
row("copies of views", [s(t(3, 2))], grad=False, dtypes=(), fn=lambda torch, x: [torch.detach_copy(x.detach()), torch.view_as_complex_copy(x.detach().contiguous()), torch.view_as_real_copy(
    torch.view_as_complex(x.detach().contiguous()))])
row("result_type", [s(t(3), ints(3)), s(ints(3), 1.5), s(ints(3), t()), s(2, 3), s(ints(3), True), s(t(3), 1j)], **NONE)
row("get_device", [s(t(3))], **NONE, fn=lambda torch, x: torch.get_device(x.cpu()))
row("empty_permuted", [s((2, 3, 4), (0, 2, 1)), s((2, 3), (1, 0), dtype=dt.int16)], **NONE, values=False,
    raises=[s((2, 3), (0, 0)), s((2, 3), (0,)), s((2, 3), (0, 2)), s(2, (0,))])
row("hash_tensor", [s(t(3, 4)), s(t(3, 4), 1), s(t(2, 3, 4), (0, 2), keepdim=True), s(ints(5)), s(t())], grad=False,
    dtypes=("float64", "float16", "bfloat16", "int32", "uint8", "bool"), raises=[s(t(3), mode=1), s(t(0)), s(t(3, dtype="complex64"))],
    skip={"strict": "the standard has no view of memory as another dtype", "cuda": "CuPy has no view of a new last axis as another dtype"})

LENGTHS = ints(3, values=[2, 0, 4])
for kind in ("sum", "mean", "max", "min", "prod"):
    row("segment_reduce " + kind, [s(t(6, 2), kind, lengths=ints(2, values=[2, 4])), s(t(6), kind, lengths=LENGTHS, initial=1.5),
                                   s(t(2, 3), kind, lengths=ints(2, values=[[1, 2], [3, 0]]), axis=1, unsafe=False, initial=1.0),
                                   s(t(6), kind, offsets=ints(3, values=[0, 2, 5]))],
        torch="segment_reduce", dtypes=("float64", "int64"), gradgrad=False, out=False,
        raises=[s(t(6), kind), s(t(6), kind, lengths=ints(2, values=[2, 3])), s(t(6), kind, lengths=ints(2, values=[-1, 7])),
                s(t(6), kind, lengths=LENGTHS, axis=1), s(t(6), "none", lengths=LENGTHS), s(t(6), kind, indices=LENGTHS)])

row("nn.functional.max_unpool2d of one place twice", [s(t(1, 1, 2, 2), ints(1, 1, 2, 2, values=[[[[0, 0], [1, 1]]]]), 2)], torch="nn.functional.max_unpool2d",
    grad=False, dtypes=(), skip={"layouts": "which of two elements stays depends on their order in memory"})
row("nn.functional.avg_pool2d of integers", [s(ints(1, 1, 4, 4, low=-9, high=9), 2), s(ints(1, 1, 4, 4, low=-9, high=9), 3, 1, 1, False, False)],
    torch="nn.functional.avg_pool2d", out=False, **NONE)
row("nn.functional.rms_norm of complex numbers", [s(t(2, 3, dtype="complex64"), (3,)), s(t(2, 3, dtype="complex64"), (3,), t(3, dtype="complex64"))],
    torch="nn.functional.rms_norm", grad=False, dtypes=())
row("nn.functional.conv_transpose2d with wide output padding", [s(t(1, 2, 3, 3), t(2, 1, 2, 2), None, (3, 2), 1, (2, 3), 1, 4)],
    torch="nn.functional.conv_transpose2d", dtypes=())
row("index_add of small integers", [s(ints(3, high=200, dtype="uint8"), 0, ints(2, high=3), ints(2, high=200, dtype="uint8"), alpha=-1)], torch="index_add", **NONE)
row("half complex numbers", [s(t(3, dtype="float16"), t(3, dtype="float16"))], grad=False, dtypes=(),
    fn=lambda torch, a, b: (lambda z: [z.to(torch.complex64), z.real, z.abs(), (z * 2).to(torch.complex64), z.conj().to(torch.complex64),
                                       torch.stack([z, z]).to(torch.complex64), z.chalf().to(torch.complex64)])(torch.complex(a, b)))

row("lobpcg", [s(t(12, 12, requires_grad=False), 2), s(t(12, 12, requires_grad=False), 3, False), s(t(2, 12, 12, requires_grad=False), 1)], **NONE, method=False,
    fn=lambda torch, a, k, largest=True: (lambda e, x: [e, (x.mT @ x).round(decimals=2) + 0])(*torch.lobpcg(
        a.double() @ a.double().mT + torch.eye(12, dtype=torch.float64, device=a.device), k, largest=largest)),
    tol=(1e-5, 1e-5), tol_reason="an iteration stops near the eigenvalues, from its own start")
