"""torch.func.rearrange."""
import pytest

SHAPES = [("a b c -> c (a b)", {}, (4, 6)), ("a b (c d) -> a (b c) d", {"d": 2}, (2, 6, 2)), ("... c -> c ...", {}, (4, 2, 3)),
          ("a ... -> (...) a", {}, (12, 2)), ("a b c -> a b c 1", {}, (2, 3, 4, 1)), ("a b c -> a () b c", {}, (2, 1, 3, 4))]


@pytest.mark.parametrize("pattern, lengths, shape", SHAPES)
def test_values(rl, torch, pattern, lengths, shape):
    found = rl.func.rearrange(rl.arange(24).reshape(2, 3, 4), pattern, **lengths)
    assert found.shape == shape
    assert found.tolist() == torch.func.rearrange(torch.arange(24).reshape(2, 3, 4), pattern, **lengths).tolist()


def test_here(rl):
    x = rl.arange(6).reshape(2, 3)
    assert rl.func.rearrange(x, "a b -> b a").tolist() == x.T.tolist()
    assert rl.func.rearrange([x, x], "n a b -> a (n b)").shape == (2, 6)
    for pattern, lengths, text in (("a -> a", {}, r"Number of dimensions in pattern \(1\)"), ("a b -> a", {}, "only on one side"),
                                   ("a b a b", {}, "single '->'"), ("a a -> a", {}, "duplicate dimension 'a'"),
                                   ("a b -> a b", {"z": 3}, "Identifiers not found"), ("a b! -> a b", {}, "Unknown character '!'"),
                                   ("a (b c) -> a b c", {"b": 2}, "does not evenly fit")):
        with pytest.raises(ValueError, match=text):
            rl.func.rearrange(x, pattern, **lengths)
