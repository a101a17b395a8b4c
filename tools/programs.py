"""Run small programs of libraries that are written for PyTorch, on Rushlight, and write docs/programs.md.

    python -m pip install --no-deps einops torchdiffeq ...        # what is to be tried, with what it needs besides torch
    python tools/programs.py [--write docs/programs.md] [NAME ...]

Each case runs in a process of its own. With `--torch` the same cases run on PyTorch instead: what fails there too says nothing.
"""
import argparse
import importlib.metadata
import importlib.util
import pathlib
import subprocess
import sys
import textwrap

#: library -> (what is run, the program)
CASES = {
    "einops": ("rearrange, reduce, a layer", """
        from einops import rearrange, reduce
        from einops.layers.torch import Rearrange
        x = torch.randn(2, 3, 4, 5)
        assert rearrange(x, 'b c h w -> b (c h) w').shape == (2, 12, 5)
        assert reduce(x, 'b c h w -> b c', 'mean').shape == (2, 3)
        assert Rearrange('b c h w -> b (c h w)')(x).shape == (2, 60)"""),
    "torchdiffeq": ("odeint and its adjoint, backward", """
        from torchdiffeq import odeint, odeint_adjoint
        class F(nn.Module):
            def __init__(self):
                super().__init__()
                self.l = nn.Linear(2, 2)
            def forward(self, t, y):
                return self.l(y)
        f = F()
        for solve in (odeint, odeint_adjoint):
            solve(f, torch.ones(3, 2), torch.linspace(0, 1, 5)).sum().backward()
        assert f.l.weight.grad.isfinite().all()"""),
    "torchsde": ("import", "import torchsde"),
    "x-transformers": ("a decoder, backward", """
        from x_transformers import TransformerWrapper, Decoder
        m = TransformerWrapper(num_tokens=50, max_seq_len=32, attn_layers=Decoder(dim=32, depth=2, heads=4))
        m(torch.randint(0, 50, (2, 16))).sum().backward()"""),
    "lion-pytorch": ("an optimizer step", """
        from lion_pytorch import Lion
        m = nn.Linear(3, 3)
        m(torch.randn(2, 3)).sum().backward()
        Lion(m.parameters(), lr=1e-3).step()"""),
    "rotary-embedding-torch": ("rotated queries", """
        from rotary_embedding_torch import RotaryEmbedding
        RotaryEmbedding(dim=8).rotate_queries_or_keys(torch.randn(1, 2, 6, 8))"""),
    "torchmetrics": ("accuracy, F1, confusion, AUROC, mean squared error, R2", """
        import torchmetrics as tm
        p, y = torch.randn(50, 4).softmax(1), torch.randint(0, 4, (50,))
        for name in (tm.Accuracy, tm.F1Score, tm.Precision, tm.Recall, tm.ConfusionMatrix, tm.AUROC, tm.CohenKappa):
            assert name(task='multiclass', num_classes=4)(p, y).isfinite().all()
        tm.MeanSquaredError()(torch.randn(5), torch.randn(5)), tm.R2Score()(torch.randn(5), torch.randn(5))"""),
    "timm": ("a ResNet forward", """
        import timm
        timm.create_model('resnet18', pretrained=False, num_classes=10).eval()(torch.randn(1, 3, 64, 64))"""),
    "transformers": ("GPT-2, Llama, T5, BERT, ViT: losses, gradients, generation, save and load", """
        import tempfile
        from transformers import (BertConfig, BertModel, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, T5Config,
                                  T5ForConditionalGeneration, ViTConfig, ViTModel)
        x = torch.randint(1, 100, (2, 16))
        small = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64)
        for m in (GPT2LMHeadModel(GPT2Config(vocab_size=100, n_positions=32, n_embd=32, n_layer=2, n_head=4)),
                  LlamaForCausalLM(LlamaConfig(vocab_size=100, **small))):
            m(x, labels=x).loss.backward()
            assert m.eval().generate(x[:, :4], max_new_tokens=4, do_sample=True, pad_token_id=0).shape[0] == 2
        t5 = T5ForConditionalGeneration(T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4,
                                                 decoder_start_token_id=0))
        t5(input_ids=x, labels=x).loss.backward()
        ViTModel(ViTConfig(image_size=16, patch_size=4, **small))(torch.randn(2, 3, 16, 16))[0].sum().backward()
        bert = BertModel(BertConfig(vocab_size=100, **small)).eval()
        with tempfile.TemporaryDirectory() as d:
            bert.save_pretrained(d)
            again = BertModel.from_pretrained(d).eval()
        assert torch.equal(bert(x)[0], again(x)[0])"""),
    "accelerate": ("a training loop", """
        from accelerate import Accelerator
        a, m = Accelerator(cpu=True), nn.Linear(3, 1)
        d = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(8, 3)), batch_size=4)
        m, o, d = a.prepare(m, torch.optim.SGD(m.parameters(), lr=.1), d)
        for (x,) in d:
            o.zero_grad()
            a.backward(m(x).pow(2).mean())
            o.step()"""),
    "pyro-ppl": ("SVI and NUTS", """
        import pyro, pyro.distributions as dist
        from pyro.infer import MCMC, NUTS, SVI, Trace_ELBO
        data = torch.randn(20) + 3
        def model(d):
            m = pyro.sample('m', dist.Normal(0., 10.))
            with pyro.plate('p', len(d)):
                pyro.sample('o', dist.Normal(m, 1.), obs=d)
        def guide(d):
            a = pyro.param('a', torch.tensor(0.))
            b = pyro.param('b', torch.tensor(1.), constraint=dist.constraints.positive)
            pyro.sample('m', dist.Normal(a, b))
        svi = SVI(model, guide, pyro.optim.Adam({'lr': .1}), Trace_ELBO())
        for _ in range(100):
            svi.step(data)
        assert abs(pyro.param('a').item() - data.mean().item()) < .7
        run = MCMC(NUTS(model), num_samples=20, warmup_steps=20, disable_progbar=True)
        run.run(data)
        assert abs(run.get_samples()['m'].mean().item() - data.mean().item()) < .7"""),
    "gpytorch": ("an exact Gaussian process, trained", """
        import gpytorch
        class M(gpytorch.models.ExactGP):
            def __init__(self, x, y, likelihood):
                super().__init__(x, y, likelihood)
                self.mean, self.cov = gpytorch.means.ConstantMean(), gpytorch.kernels.ScaleKernel(gpytorch.kernels.RBFKernel())
            def forward(self, x):
                return gpytorch.distributions.MultivariateNormal(self.mean(x), self.cov(x))
        x = torch.linspace(0, 1, 20)
        y, likelihood = torch.sin(6 * x), gpytorch.likelihoods.GaussianLikelihood()
        m = M(x, y, likelihood)
        mll, o = gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, m), torch.optim.Adam(m.parameters(), lr=.1)
        for _ in range(30):
            o.zero_grad()
            (-mll(m(x), y)).backward()
            o.step()
        m.eval(), likelihood.eval()
        assert (likelihood(m(x)).mean - y).abs().max() < .3"""),
    "skorch": ("a classifier, grid search", """
        import numpy as np
        from skorch import NeuralNetClassifier
        from sklearn.model_selection import GridSearchCV
        class N(nn.Module):
            def __init__(self):
                super().__init__()
                self.l = nn.Linear(4, 3)
            def forward(self, x):
                return torch.softmax(self.l(x), -1)
        x, y = np.random.randn(60, 4).astype('float32'), np.random.randint(0, 3, 60)
        net = NeuralNetClassifier(N, max_epochs=2, verbose=0, train_split=None)
        GridSearchCV(net, {'lr': [.01, .1]}, cv=2, scoring='accuracy').fit(x, y).predict(x)"""),
    "stable-baselines3": ("PPO, A2C, DQN, SAC, some steps each", """
        from stable_baselines3 import A2C, DQN, PPO, SAC
        PPO('MlpPolicy', 'CartPole-v1', n_steps=64, batch_size=32, n_epochs=1).learn(128)
        A2C('MlpPolicy', 'CartPole-v1').learn(100)
        DQN('MlpPolicy', 'CartPole-v1', learning_starts=50, buffer_size=500).learn(150)
        SAC('MlpPolicy', 'Pendulum-v1', learning_starts=50, buffer_size=500).learn(80)"""),
    "torch-optimizer": ("its optimizers, a step each", """
        import torch_optimizer as to
        for name in ('AccSGD', 'AdaBelief', 'AdaBound', 'AdaMod', 'Adafactor', 'AdamP', 'AggMo', 'Apollo', 'DiffGrad', 'Lamb',
                     'NovoGrad', 'PID', 'QHAdam', 'QHM', 'RAdam', 'Ranger', 'SGDP', 'SGDW', 'SWATS', 'Yogi'):
            m = nn.Linear(3, 3)
            o = getattr(to, name)(m.parameters(), lr=1e-3)
            m(torch.randn(2, 3)).sum().backward()
            o.step()"""),
    "vector-quantize-pytorch": ("VectorQuantize, LFQ", """
        from vector_quantize_pytorch import LFQ, VectorQuantize
        VectorQuantize(dim=8, codebook_size=16)(torch.randn(1, 10, 8))
        LFQ(codebook_size=16, dim=8)(torch.randn(1, 10, 8))"""),
    "einx": ("rearrange, dot", """
        import einx
        einx.rearrange('a b -> b a', torch.randn(2, 3))
        einx.dot('a [b], [b] c -> a c', torch.randn(2, 3), torch.randn(3, 4))"""),
    "safetensors": ("save and load", """
        import tempfile
        from safetensors.torch import load_file, save_file
        x = torch.randn(3)
        with tempfile.TemporaryDirectory() as d:
            save_file({'a': x}, d + '/a.safetensors')
            assert torch.equal(load_file(d + '/a.safetensors')['a'], x)"""),
    "pytorch-lightning": ("fit with validation and checkpoints, load, validate", """
        import tempfile
        import pytorch_lightning as pl
        class M(pl.LightningModule):
            def __init__(self):
                super().__init__()
                self.l = nn.Linear(4, 1)
            def training_step(self, b, i):
                return self.l(b[0]).pow(2).mean()
            def validation_step(self, b, i):
                self.log('val', self.l(b[0]).pow(2).mean())
            def configure_optimizers(self):
                return torch.optim.Adam(self.parameters())
        d = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(16, 4)), batch_size=4)
        with tempfile.TemporaryDirectory() as t:
            keep = pl.callbacks.ModelCheckpoint(dirpath=t, monitor='val')
            tr = pl.Trainer(max_epochs=2, logger=False, enable_progress_bar=False, accelerator='cpu', default_root_dir=t,
                            callbacks=[keep])
            m = M()
            tr.fit(m, d, d)
            M.load_from_checkpoint(keep.best_model_path), tr.validate(m, d, verbose=False)"""),
}
HEADER = """# Libraries written for PyTorch, on Rushlight

Small programs of libraries that nobody changed for Rushlight. `tools/programs.py` runs them and writes this page; a row says what
was run, in that version of the library. A program that ran says nothing about the rest of its library.

| library | version | what was run | result |
| --- | --- | --- | --- |
"""


def version_of(name):
    """Return the installed version of a library, None when there is none."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def run(name, on_torch=False, timeout=300):
    """Run a case in a process of its own; returns "passed" or the last line of its error."""
    start = "import torch\nimport torch.nn as nn\ntorch.manual_seed(0)\n"
    if not on_torch:
        start = "import rushlight\nrushlight.install()\n" + start
    program = "import warnings\nwarnings.simplefilter('ignore')\n" + start + textwrap.dedent(CASES[name][1])
    try:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return f"not done after {timeout} s"
    if done.returncode == 0:
        return "passed"
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return f"failed: {lines[-1] if lines else f'status {done.returncode}'}"[:170]


def main():
    """Run the cases asked for, print their results, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="libraries; all that are installed by default")
    parser.add_argument("--torch", action="store_true", help="run on PyTorch instead")
    parser.add_argument("--write", type=pathlib.Path, help="the page to write")
    options = parser.parse_args()
    if importlib.util.find_spec("torch" if options.torch else "rushlight") is None:
        parser.error("what they are to run on is not installed")
    rows = []
    for name in options.names or CASES:
        version = version_of(name)
        result = run(name, options.torch) if version else "not installed"
        print(f"{name:<26}{result}", flush=True)
        rows.append(f"| {name} | {version or ''} | {CASES[name][0]} | {result} |\n")
    if options.write:
        options.write.write_text(HEADER + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
