"""Fourier transforms."""

from table import ints, lib, row, s, t

C = {"dtype": "complex64"}
REAL_DTYPES = ("float64", "float16", "bfloat16", "int64", "bool")

for name in ("fft", "ifft"):
    row("fft." + name, [s(t(5)), s(t(3, 4)), s(t(5, **C)), s(t(2, 3, 4, **C), 6, 1), s(t(3, 4), n=3, dim=0, norm="ortho"),
                        s(t(3, 5, **C), n=3, norm="forward"), s(t(2, 5), norm="backward")],
        dtypes=(*REAL_DTYPES, "complex64"),
        raises=[s(t(3), 0), s(t(3), -1), s(t()), s(t(3), dim=2), s(t(3), norm="none"), s(t(3), dim=(0,)), s(t(3), n=2.5)])
for name in ("rfft", "ihfft"):
    row("fft." + name, [s(t(5)), s(t(3, 4)), s(t(2, 3, 4), 6, 1), s(t(3, 4), n=3, dim=0, norm="ortho"), s(t(3, 5), norm="forward")],
        dtypes=REAL_DTYPES, raises=[s(t(3), 0), s(t()), s(t(3, **C)), s(t(3), norm="none")])
for name in ("irfft", "hfft"):
    row("fft." + name, [s(t(5)), s(t(3, 4, **C)), s(t(2, 3, 4, **C), 7, 1), s(t(3, 4, **C), n=3, dim=0, norm="ortho"),
                        s(t(3, 5, **C), norm="forward")],
        dtypes=REAL_DTYPES, raises=[s(t(3), 0), s(t(1)), s(t()), s(t(3), norm="none")])

N = [s(t(3, 4)), s(t(2, 3, 4, **C)), s(t(2, 3, 4), s=(2, 5)), s(t(3, 4), dim=(0,)), s(t(2, 3, 4), (3, -1), (2, 0), "ortho"),
     s(t(2, 3), norm="forward")]
N_RAISES = [s(t(3, 4), (1, 2, 3)), s(t(3, 4), (2,), (0, 1)), s(t(3, 4), dim=(0, 0)), s(t(3, 4), s=(0, 1)), s(t(3, 4), dim=(3,)),
            s(t(3, 4), norm="none"), s(t(3, 4), s=1.5), s(t(3, 4), dim="a")]
for name in ("fftn", "ifftn", "irfftn", "hfftn"):
    row("fft." + name, N, dtypes=("float64", "int64"), raises=N_RAISES)
for name in ("rfftn", "ihfftn"):
    row("fft." + name, [x for x in N if x.args[0].dtype is None], dtypes=("float64", "int64"),
        raises=[*N_RAISES, s(t(3, **C)), s(t()), s(t(3), dim=())])
row("fft.fftn of nothing", [s(t()), s(t(3), dim=())], torch="fft.fftn", dtypes=())

TWO = [s(t(3, 4)), s(t(2, 3, 4), s=(2, 5)), s(t(2, 3, 4), dim=(0, 2), norm="ortho")]
for name in ("fft2", "ifft2", "rfft2", "irfft2", "hfft2", "ihfft2"):
    row("fft." + name, TWO, dtypes=("float64",), raises=[s(t(3)), s(t()), s(t(3, 4), dim=None), s(t(3, 4), (2,))])

for name in ("fftfreq", "rfftfreq"):
    row("fft." + name, [s(4), s(5), s(6, 0.1), s(4, d=2.0, dtype=lib(lambda torch: torch.float64, "float64"))], grad=False,
        raises=[s(4, dtype=lib(lambda torch: torch.int64, "int64")), s(2.5), s(4, dtype=lib(lambda torch: torch.complex64, "complex64"))])
for name in ("fftshift", "ifftshift"):
    row("fft." + name, [s(t(5)), s(t(3, 4)), s(t(3, 4), 1), s(t(2, 3, 4), dim=(0, 2))], dtypes=("int64", "complex64"),
        raises=[s(t(3), 1), s(t(3), dim="a")])

Z = {"dtype": "complex128"}
WINDOW = t(8, low=0.1, high=1)
STFT = {"n_fft": 8, "return_complex": True}
row("stft", [s(t(20), window=WINDOW, **STFT), s(t(2, 20), hop_length=3, window=t(6, low=0.1, high=1), win_length=6, **STFT),
             s(t(2, 20), window=WINDOW, center=False, normalized=True, **STFT),
             s(t(20), window=WINDOW, pad_mode="constant", onesided=False, **STFT), s(t(20, **Z), 8, window=WINDOW),
             s(t(20), 8, win_length=5, window=t(5, low=0.1, high=1), center=False, align_to_window=True, return_complex=True),
             s(t(20), 8, window=WINDOW, return_complex=False)],
    dtypes=("float64",), method=True,
    raises=[s(t(20), 8, window=WINDOW), s(t(20), 8, 0, window=WINDOW, return_complex=True), s(t(20), 8, win_length=9, return_complex=True),
            s(t(20), 8, window=t(5), return_complex=True), s(ints(20), 8, window=WINDOW, return_complex=True),
            s(t(1, 1, 20), 8, window=WINDOW, return_complex=True), s(t(20, **C), 8, window=WINDOW, onesided=True),
            s(t(6), 8, window=WINDOW, center=False, return_complex=True), s(t(20), 8, window=WINDOW, align_to_window=True, return_complex=True),
            s(t(20), 8, window=WINDOW, pad_mode="none", return_complex=True)],
    skip={"grad_fn": "PyTorch numbers the forms of squeeze and transpose in their nodes' names"})
row("istft", [s(t(5, 6, **Z), 8, window=WINDOW), s(t(2, 5, 6, **Z), 8, 3, window=WINDOW, length=21),
              s(t(5, 6, **Z), 8, window=WINDOW, center=False, normalized=True), s(t(8, 6, **Z), 8, window=WINDOW, return_complex=True),
              s(t(8, 6, **Z), 8, window=WINDOW, onesided=False), s(t(5, 6, **Z), 8, win_length=6, window=t(6, low=0.1, high=1))],
    dtypes=(), method=True,
    raises=[s(t(5, 6), 8, window=WINDOW), s(t(5, 6, **Z), 10, window=WINDOW), s(t(5, 6, **Z), 8, 9, window=WINDOW),
            s(t(5, 6, **Z), 8, window=t(5)), s(t(5, 6, **Z), 8, window=WINDOW, return_complex=True), s(t(5, **Z), 8, window=WINDOW),
            s(t(1, 1, 5, 6, **Z), 8, window=WINDOW), s(t(5, 0, **Z), 8, window=WINDOW),
            s(t(5, 6, **Z), 8, window=t(8, make=lambda a: a * 0))],
    skip={"grad_fn": "PyTorch numbers the forms of squeeze in its node's name"})
