"""What helps below an error's first line: why it happened, and the usual cure, in English or Chinese.

A lesson is found by the first line itself, which is torch's; so every place that raises that text
teaches it. The language is read once from `RUSHLIGHT_LANG` (`zh` for Chinese).
"""
import os
import re

LANGUAGE = "zh" if os.environ.get("RUSHLIGHT_LANG", "").lower().startswith("zh") else "en"

#: (pattern of the first line, English, Chinese); the pattern's groups are named in the texts
_TABLE = (
    (r"mat1 and mat2 shapes cannot be multiplied \((?P<a>\d+)x(?P<b>\d+) and (?P<c>\d+)x(?P<d>\d+)\)",
     "The columns of the first ({b}) must be as many as the rows of the second ({c}).\n"
     "For nn.Linear: in_features must be the size of the input's last dimension, here {b}; a picture is flattened "
     "first (x.flatten(1)).",
     "第一个矩阵的列数（{b}）必须等于第二个矩阵的行数（{c}）。\n"
     "对 nn.Linear：in_features 应等于输入最后一维的大小，这里是 {b}；图像要先展平（x.flatten(1)）。"),
    (r"size mismatch, got input|shapes cannot be multiplied|vector \+ matrix @ vector|batch1 must be",
     "In a product the last dimension of the first must equal the next-to-last of the second.",
     "做矩阵乘法时，前者的最后一维必须等于后者的倒数第二维。"),
    (r"expected m1 and m2 to have the same dtype|expected scalar type (?P<want>\w+) but found (?P<got>\w+)|"
     r"Found dtype (?P<got2>\w+) but expected (?P<want2>\w+)|must have the same dtype|"
     r"expected .* to have (?:the same )?dtype|expected target dtype to be",
     "Convert one of them: x.float() for numbers, y.long() for class indices. NumPy makes float64; torch's default is float32.",
     "请转换其中一个的类型：数值用 x.float()，类别下标用 y.long()。NumPy 默认是 float64，torch 默认是 float32。"),
    (r"Target (?P<t>-?\d+) is out of bounds",
     "Class indices run from 0 to C - 1, C being the size of the input's dimension 1 (the number of outputs of the last layer). "
     "Labels that start at 1 need y - 1; more classes need a wider last layer.",
     "类别下标从 0 到 C - 1，C 是输入第 1 维的大小（最后一层的输出个数）。标签若从 1 开始请用 y - 1；类别更多则要加宽最后一层。"),
    (r"grad can be implicitly created only for scalar outputs",
     "backward() starts from one number. Reduce first, loss.mean().backward() or loss.sum().backward(), or give the "
     "gradient: y.backward(torch.ones_like(y)).",
     "backward() 要从一个数出发。先归约：loss.mean().backward() 或 loss.sum().backward()；"
     "或给出梯度：y.backward(torch.ones_like(y))。"),
    (r"Trying to backward through the graph a second time",
     "In a loop this often means that a tensor of the last step is still tied to its graph: detach it (h = h.detach()), or "
     "compute the loss anew before each backward().",
     "在循环里出现时，多半是上一步的张量仍连着旧的计算图：请先断开（h = h.detach()），或在每次 backward() 前重新计算 loss。"),
    (r"one of the variables needed for gradient computation has been modified by an inplace operation",
     "Use the form that makes a new tensor: x = x + 1 for x += 1, x.relu() for x.relu_(); or clone() before writing.",
     "请用产生新张量的写法：x = x + 1 代替 x += 1，x.relu() 代替 x.relu_()；或在写入前先 clone()。"),
    (r"a (?:view of a )?leaf Variable that requires grad is being used in an in-place operation",
     "To change a parameter by hand, do it where nothing is recorded: with torch.no_grad(): w -= lr * w.grad. "
     "To use a changed copy, write y = x + 1.",
     "要手动修改参数，请在不记录梯度的地方做：with torch.no_grad(): w -= lr * w.grad。要使用修改后的副本，请写 y = x + 1。"),
    (r"does not require grad and does not have a grad_fn",
     "No input of this computation requires grad, or it ran under no_grad(), or detach(), .data, .item() or NumPy cut it "
     "off. Parameters come from nn.Module or from requires_grad=True.",
     "参与计算的张量都不需要梯度，或者计算在 no_grad() 里进行，或者被 detach()、.data、.item()、NumPy 切断。"
     "参数来自 nn.Module 或 requires_grad=True。"),
    (r"Can't call numpy\(\) on Tensor that requires grad",
     "An array knows no gradients: x.detach().numpy() shares the memory; x.detach().cpu().numpy() also comes from a GPU.",
     "NumPy 数组没有梯度：x.detach().numpy() 与张量共享内存；在 GPU 上用 x.detach().cpu().numpy()。"),
    (r"cannot assign (?:module|parameter)s? before Module.__init__\(\) call",
     "Call super().__init__() first in your class's __init__, before the first self.layer = ...",
     "请在你的类的 __init__ 里最先调用 super().__init__()，再写 self.layer = ……"),
    (r"Error\(s\) in loading state_dict for",
     "The file and the model differ in the names or shapes above. Keys that all begin with 'module.' come from "
     "DataParallel: strip it. load_state_dict(..., strict=False) takes what fits and returns the rest.",
     "文件与模型在上面这些名字或形状上不一致。若键名都以 'module.' 开头，它来自 DataParallel，请去掉这个前缀。"
     "load_state_dict(..., strict=False) 只加载匹配的部分，并返回其余的键。"),
    (r"Using a target size .* that is different to the input size",
     "(B, 1) against (B,) broadcasts to (B, B), and the loss compares every prediction with every target. Give both one "
     "shape: pred.squeeze(1), or target.unsqueeze(1).",
     "(B, 1) 与 (B,) 会广播成 (B, B)，于是每个预测与每个目标都被比较。"
     "请让两者形状一致：pred.squeeze(1) 或 target.unsqueeze(1)。"),
    (r"Expected all tensors to be on the same device",
     "Move the model once, model.to(device), and each batch, x = x.to(device); for tensors .to() returns a new one.",
     "模型移动一次：model.to(device)；每个批次也要移动：x = x.to(device)。对张量，.to() 返回新的张量。"),
    (r"Torch not compiled with CUDA enabled|No CUDA GPUs are available",
     "Write device = torch.device('cuda' if torch.cuda.is_available() else 'cpu') and the program runs on both.",
     "请写 device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')，程序便可在两处运行。"),
    (r"index out of range in self",
     "Indices into an embedding run from 0 to num_embeddings - 1: take num_embeddings = the largest index + 1.",
     "embedding 的下标从 0 到 num_embeddings - 1：num_embeddings 应为最大下标加 1。"),
    (r"view size is not compatible with input tensor's size and stride",
     "The elements do not lie in that order (after transpose, permute, a slice): x.reshape(...) copies where it must; "
     "x.contiguous().view(...) does the same by hand.",
     "元素在内存中不是按这个顺序排列的（经过 transpose、permute 或切片之后）：x.reshape(...) 会在需要时复制；"
     "x.contiguous().view(...) 效果相同。"),
    (r"a Tensor with (?P<n>\d+) elements cannot be converted to Scalar",
     "item() is for one element: x.tolist() gives all {n}, x.sum().item() or x.mean().item() one number of them.",
     "item() 只用于一个元素：x.tolist() 给出全部 {n} 个，x.sum().item() 或 x.mean().item() 归约成一个数。"),
    (r"Boolean value of Tensor with more than one value is ambiguous",
     "Say which is meant: x.any() or x.all(); for element-wise logic & and | in place of `and` and `or`.",
     "请说明含义：x.any() 或 x.all()；逐元素逻辑请用 & 和 | 代替 and 和 or。"),
    (r"The size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\) at non-singleton dimension (?P<d>\d+)",
     "Shapes are compared from the last dimension backwards; two sizes fit when they are equal or one of them is 1. "
     "x.unsqueeze(d) puts in a dimension of size 1.",
     "形状从最后一维向前逐一比较；两个大小相等或其中之一为 1 才能匹配。x.unsqueeze(d) 可插入大小为 1 的一维。"),
    (r"shape '\[(?P<s>.*)\]' is invalid for input of size (?P<n>\d+)",
     "The sizes must multiply to {n}; one of them may be -1 and is then worked out.",
     "各维大小之积必须等于 {n}；其中一个可以写 -1，由其余推出。"),
    (r"Expected input batch_size \((?P<a>\d+)\) to match target batch_size \((?P<b>\d+)\)",
     "Input is (batch, classes), target (batch,): check the first dimension of both, and view() or flatten() before.",
     "输入应为 (batch, classes)，目标应为 (batch,)：请检查两者的第一维，以及之前的 view() 或 flatten()。"),
)
_IN = {"en": "  in {op}: {args}", "zh": "  出错的运算 {op}：{args}"}
_TENSOR = {"en": "{name} of shape {shape} ({dtype})", "zh": "{name} 形状 {shape}（{dtype}）"}
_AND = {"en": ", ", "zh": "，"}


def cure(first, language=None):
    """Return the lines that belong below a first line, indented, or "" when there is no lesson."""
    for pattern, en, zh in _TABLE:
        match = re.search(pattern, first)       # `re` keeps what it compiled
        if match:
            text = (zh if (language or LANGUAGE) == "zh" else en).format(**match.groupdict())
            return "".join("\n  " + line for line in text.split("\n"))
    return ""


def taught(first, language=None):
    """Return an error's text: its first line and the lesson for it."""
    return first + cure(first, language)


def arguments(op, described, language=None):
    """Return the line that says which op got what; `described` holds (name, shape, dtype)."""
    language = language or LANGUAGE
    parts = [_TENSOR[language].format(name=n, shape=list(s), dtype=d) for n, s, d in described]
    return "\n" + _IN[language].format(op=op, args=_AND[language].join(parts)) if parts else ""


def say(en, zh):
    """Return a text of our own in the language in force."""
    return zh if LANGUAGE == "zh" else en
