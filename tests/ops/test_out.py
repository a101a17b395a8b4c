"""`out=`: the dtypes that each family of ops takes, memory that overlaps, resizing; the texts are PyTorch's."""
import pytest

import rushlight as torch

SHARED = ("unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
          "location. Please clone() the tensor before performing the operation.")
EXPANDED = ("unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation.")
X = torch.arange(6.0)
INDEX = torch.tensor([0, 1, 2])


def double(n=3):
    return torch.empty(n, dtype=torch.float64)


WRONG = [
    (lambda: torch.gather(X, 0, INDEX, out=double()), "Expected out tensor to have dtype float, but got double instead"),
    (lambda: torch.take(X, INDEX, out=double()),
     "take(): self and out expected to have the same dtype, but got self.dtype = Float and out.dtype = Double"),
    (lambda: torch.index_select(X, 0, INDEX, out=double()),
     "index_select(): self and result must have the same scalar type"),
    (lambda: torch.masked_select(X, X > 2, out=double()), "masked_select(): self and result must have the same scalar type"),
    (lambda: torch.kthvalue(X, 2, out=(double(()), torch.empty((), dtype=torch.int64))),
     "output values must be of same type as input"),
    (lambda: torch.kthvalue(X, 2, out=(torch.empty(()), double(()))), "output indices must be of scalar type Long"),
    (lambda: torch.topk(X, 3, out=(torch.empty(3), double())),
     "Expected out tensor to have dtype long int, but got double instead"),
    (lambda: torch.floor(X, out=double(6)), "Found dtype Double but expected Float"),
    (lambda: torch.cummax(X, 0, out=(double(6), torch.empty(6, dtype=torch.int64))),
     "expected scalar_type Float but found Double"),
    (lambda: torch.dot(X, X, out=double(())), "result dtype Double does not match input dtype Float"),
    (lambda: torch.amax(X, 0, out=torch.empty((), dtype=torch.int32)),
     "Expected the dtype for input and out to match, but got Float for input's dtype and Int for out's dtype."),
    (lambda: torch.add(X, X, out=torch.empty(6, dtype=torch.int64)),
     "result type Float can't be cast to the desired output type Long"),
    (lambda: torch.fft.fft(X, out=double(6)), "fft expects a complex output tensor, but got Double"),
    (lambda: torch.linalg.pinv(torch.eye(2), out=torch.empty(2, 2, dtype=torch.int64)),
     "linalg.pinv: Expected result to be safely castable from Float dtype, but got result with dtype Long"),
]


@pytest.mark.parametrize("call, text", WRONG, ids=[t[:40] for _, t in WRONG])
def test_dtype_refused(call, text):
    with pytest.raises(RuntimeError) as caught:
        call()
    assert str(caught.value).split("\n")[0] == text


def test_dtype_of_cat():
    with pytest.raises(TypeError, match=r"^torch.cat\(\): input types can't be cast to the desired output type Long"):
        torch.cat([X, X], out=torch.empty(12, dtype=torch.int64))


def test_wider_out_is_taken():
    assert torch.add(X, 1, out=double(6)).dtype is torch.float64
    assert torch.cat([X, X], out=double(12)).tolist() == X.tolist() * 2
    assert torch.all(X, out=torch.empty((), dtype=torch.uint8)).item() == 0


def shared(n=4, gap=1):
    memory = torch.arange(10.0)
    return memory[:n], memory[gap:gap + n]


@pytest.mark.parametrize("call", [
    lambda a, b: torch.add(a, 1, out=b), lambda a, b: torch.exp(a, out=b), lambda a, b: torch.cumsum(a, 0, out=b),
    lambda a, b: torch.gather(a, 0, torch.tensor([0, 1, 2, 3]), out=b), lambda a, b: torch.cat([a[:2], a[2:]], out=b),
    lambda a, b: torch.masked_select(a, a > -1, out=b), lambda a, b: torch.take(a, torch.tensor([0, 1, 2, 3]), out=b),
    lambda a, b: torch.sort(a, out=(b, torch.empty(4, dtype=torch.int64))),
])
def test_overlap_refused(call):
    a, b = shared()
    with pytest.raises(RuntimeError) as caught:
        call(a, b)
    assert str(caught.value).split("\n")[0] == SHARED
    assert b.tolist() == [1, 2, 3, 4]       # nothing was written


def test_the_same_memory():
    a, _ = shared()
    assert torch.add(a, 1, out=a).tolist() == [1, 2, 3, 4]
    with pytest.raises(RuntimeError, match="some elements of the input tensor"):
        torch.gather(a, 0, torch.tensor([0, 1, 2, 3]), out=a)
    memory = torch.arange(8.0)
    assert torch.add(memory[0:8:2], 1, out=memory[0:4]).tolist() == [1, 3, 5, 7]      # memory with gaps is not looked at
    square = memory[:4].view(2, 2)
    assert torch.mm(square, square, out=square).shape == (2, 2)


def test_expanded_refused():
    with pytest.raises(RuntimeError) as caught:
        torch.index_select(X, 0, INDEX, out=torch.empty(1).expand(5))
    assert str(caught.value).split("\n")[0] == EXPANDED


def test_resized_with_a_warning():
    with pytest.warns(UserWarning, match="An output with one or more elements was resized since it had shape"):
        assert torch.gather(X, 0, INDEX, out=torch.empty(2)).shape == (3,)
    assert torch.gather(X, 0, INDEX, out=torch.empty(0)).shape == (3,)
