"""SummaryWriter: what to call from a training loop."""
from __future__ import annotations

import datetime
import itertools
import os
import socket
import time

from . import summary
from .records import data, double, record, whole

__all__ = ["FileWriter", "SummaryWriter"]

_numbers = itertools.count()


class FileWriter:
    """Writes one event file.

    Args:
        log_dir: the folder, made when it is missing.
        max_queue: how many events are kept back at most, flush_secs: for how many seconds.
        filename_suffix: the end of the file's name.
    """

    def __init__(self, log_dir, max_queue=10, flush_secs=120, filename_suffix=""):
        self._log_dir = str(log_dir)
        os.makedirs(self._log_dir, exist_ok=True)
        self._path = os.path.join(self._log_dir, f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}."
                                                 f"{next(_numbers)}{filename_suffix}")
        self._max_queue, self._flush_secs = max_queue, flush_secs
        self._queue, self._flushed = [], time.time()
        self._file = open(self._path, "ab")     # closed by close()
        self._queue.append(record(double(1, time.time()) + data(3, "brain.Event:2")))
        self.flush()

    def get_logdir(self):
        """Return the folder."""
        return self._log_dir

    def add_event(self, event, step=None, walltime=None):
        """Write an event: fields of its message besides time and step."""
        if self._file.closed:
            self.reopen()
        head = double(1, time.time() if walltime is None else walltime) + whole(2, 0 if step is None else int(step))
        self._queue.append(record(head + event))
        if len(self._queue) > self._max_queue or time.time() - self._flushed > self._flush_secs:
            self.flush()

    def add_summary(self, content, global_step=None, walltime=None):
        """Write a Summary."""
        self.add_event(data(5, content), global_step, walltime)

    def add_graph(self, content, walltime=None):
        """Write a GraphDef."""
        self.add_event(data(4, content), None, walltime)

    def flush(self):
        """Write out what was kept back."""
        if not self._file.closed:
            self._file.write(b"".join(self._queue))
            self._file.flush()
        self._queue, self._flushed = [], time.time()

    def close(self):
        """Write everything out and close the file."""
        self.flush()
        self._file.close()

    def reopen(self):
        """Open the file again, to append."""
        if self._file.closed:
            self._file = open(self._path, "ab")     # closed by close()


class SummaryWriter:
    """Writes numbers, pictures and more for TensorBoard to show.

    Args:
        log_dir: the folder; by default "runs/" and date, host and `comment`.
        purge_step: events of a run before, from this step on, are not shown.
        max_queue, flush_secs: how many events are kept back at most, and for how long.
        filename_suffix: the end of the files' names.

    Example:
        >>> import os, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> with torch.utils.tensorboard.SummaryWriter(folder) as writer:
        ...     writer.add_scalar("loss", 0.5, 1)
        >>> len(os.listdir(folder))
        1
    """

    def __init__(self, log_dir=None, comment="", purge_step=None, max_queue=10, flush_secs=120, filename_suffix=""):
        if not log_dir:
            now = datetime.datetime.now().strftime("%b%d_%H-%M-%S")
            log_dir = os.path.join("runs", f"{now}_{socket.gethostname()}{comment}")
        self.log_dir = log_dir
        self.purge_step = purge_step
        self.max_queue, self.flush_secs, self.filename_suffix = max_queue, flush_secs, filename_suffix
        self.file_writer = self.all_writers = None
        self._get_file_writer()
        self.default_bins = summary.default_bins()

    def _open(self, log_dir):
        return FileWriter(log_dir, self.max_queue, self.flush_secs, self.filename_suffix)

    def _get_file_writer(self):
        if self.all_writers is None or self.file_writer is None:
            self.file_writer = self._open(self.log_dir)
            self.all_writers = {self.file_writer.get_logdir(): self.file_writer}
            if self.purge_step is not None:
                self.file_writer.add_event(data(3, "brain.Event:2"), self.purge_step)
                self.file_writer.add_event(data(7, whole(1, 1)), self.purge_step)
                self.purge_step = None
        return self.file_writer

    def _add(self, content, step, walltime):
        self._get_file_writer().add_summary(content, step, walltime)

    def get_logdir(self):
        """Return the folder."""
        return self.log_dir

    def add_scalar(self, tag, scalar_value, global_step=None, walltime=None, new_style=False, double_precision=False):
        """Add a number at a step; `walltime` replaces the time of now, `new_style` writes it as a tensor."""
        self._add(summary.scalar(tag, scalar_value, new_style, double_precision), global_step, walltime)

    def add_scalars(self, main_tag, tag_scalar_dict, global_step=None, walltime=None):
        """Add several numbers, {name: number}, that are shown in one chart: each gets a file in a folder of its own."""
        self._get_file_writer()
        for tag, number in tag_scalar_dict.items():
            folder = f"{self.log_dir}/{main_tag.replace('/', '_')}_{tag}"
            if folder not in self.all_writers:
                self.all_writers[folder] = self._open(folder)
            self.all_writers[folder].add_summary(summary.scalar(main_tag, number), global_step, walltime)

    def add_tensor(self, tag, tensor, global_step=None, walltime=None):
        """Add a tensor as it is, in float32."""
        self._add(summary.value(tag, summary.floats(summary.array(tensor)), "tensor"), global_step, walltime)

    def add_histogram(self, tag, values, global_step=None, bins="tensorflow", walltime=None, max_bins=None):
        """Add the distribution of values.

        Args:
            bins: "tensorflow", or limits or a rule as `numpy.histogram` takes them.
            max_bins: join bins until there are at most about so many.
        """
        self._add(summary.histogram(tag, values, bins, max_bins), global_step, walltime)

    def add_histogram_raw(self, tag, min, max, num, sum, sum_squares, bucket_limits, bucket_counts, global_step=None,
                          walltime=None):
        """Add a distribution that was counted already."""
        if len(bucket_limits) != len(bucket_counts):
            raise ValueError("len(bucket_limits) != len(bucket_counts), see the document.")
        self._add(summary.histogram_raw(tag, min, max, num, sum, sum_squares, bucket_limits, bucket_counts),
                  global_step, walltime)

    def add_image(self, tag, img_tensor, global_step=None, walltime=None, dataformats="CHW"):
        """Add a picture, of bytes or of floats in [0, 1]."""
        self._add(summary.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_images(self, tag, img_tensor, global_step=None, walltime=None, dataformats="NCHW"):
        """Add pictures as a grid."""
        self._add(summary.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_image_with_boxes(self, tag, img_tensor, box_tensor, global_step=None, walltime=None, rescale=1, dataformats="CHW"):
        """Add a picture with frames (x1, y1, x2, y2) drawn in, `rescale` times as large."""
        self._add(summary.image(tag, img_tensor, dataformats, box_tensor, rescale), global_step, walltime)

    def add_figure(self, tag, figure, global_step=None, close=True, walltime=None):
        """Add one matplotlib figure, or a list of them; `close` closes them."""
        several = figure if isinstance(figure, list) else [figure]
        pictures = [summary.figure_pixels(f) for f in several]
        if close:
            import matplotlib.pyplot as plt

            for f in several:
                plt.close(f)
        if isinstance(figure, list):
            import numpy as np

            self.add_image(tag, np.stack(pictures), global_step, walltime, "NCHW")
        else:
            self.add_image(tag, pictures[0], global_step, walltime, "CHW")

    def add_audio(self, tag, snd_tensor, global_step=None, sample_rate=44100, walltime=None):
        """Add a sound: samples in [-1, 1]."""
        self._add(summary.audio(tag, snd_tensor, sample_rate), global_step, walltime)

    def add_text(self, tag, text_string, global_step=None, walltime=None):
        """Add a text, shown as Markdown."""
        self._add(summary.text(tag, text_string), global_step, walltime)

    def add_graph(self, model, input_to_model=None, verbose=False, use_strict_trace=True):
        """Add the modules of a model in the order in which they run on an input (in which they are registered without).

        Args:
            input_to_model: an input, or a tuple of them.
            verbose: print the modules too.
            use_strict_trace: raise what the model raises; False: show what ran until then.
        """
        nodes = _modules(model, input_to_model, use_strict_trace)
        if verbose:
            print("\n".join(f"{name}: {kind}" for name, kind, _ in nodes))
        self._get_file_writer().add_graph(summary.graph(nodes))

    def add_embedding(self, mat, metadata=None, label_img=None, global_step=None, tag="default", metadata_header=None):
        """Add points of many dimensions, for the projector.

        Args:
            mat: (points, dimensions).
            metadata: labels of the points; lists of them with `metadata_header`.
            label_img: (points, channels, height, width): a picture for each.
        """
        from .projector import write_embedding

        write_embedding(self.log_dir, summary.array(mat), metadata, label_img, global_step, tag, metadata_header)

    def add_pr_curve(self, tag, labels, predictions, global_step=None, num_thresholds=127, weights=None, walltime=None):
        """Add precision and recall of predictions in [0, 1] of labels 0 and 1."""
        self._add(summary.pr_curve(tag, labels, predictions, num_thresholds, weights), global_step, walltime)

    def add_pr_curve_raw(self, tag, true_positive_counts, false_positive_counts, true_negative_counts, false_negative_counts,
                         precision, recall, global_step=None, num_thresholds=127, weights=None, walltime=None):
        """Add precision and recall that were computed already (with weights of the points, if any, counted in)."""
        if weights is not None:
            raise ValueError("weights belong into the counts")
        self._add(summary.pr_curve_raw(tag, true_positive_counts, false_positive_counts, true_negative_counts,
                                       false_negative_counts, precision, recall, num_thresholds), global_step, walltime)

    def add_custom_scalars(self, layout):
        """Add the layout of charts of scalars: {category: {title: ["Multiline" or "Margin", tags]}}."""
        self._add(summary.layout(layout), None, None)

    def add_custom_scalars_multilinechart(self, tags, category="default", title="untitled"):
        """Add a chart of several scalars."""
        self.add_custom_scalars({category: {title: ["Multiline", tags]}})

    def add_custom_scalars_marginchart(self, tags, category="default", title="untitled"):
        """Add a chart of a scalar between two others: tags [value, lower, upper]."""
        self.add_custom_scalars({category: {title: ["Margin", tags]}})

    def add_mesh(self, tag, vertices, colors=None, faces=None, config_dict=None, global_step=None, walltime=None):
        """Add points (batch, n, 3), their colors in 0..255 and triangles (batch, m, 3) of their indices."""
        self._add(summary.mesh(tag, vertices, colors, faces, config_dict), global_step, walltime)

    def add_hparams(self, hparam_dict, metric_dict, hparam_domain_discrete=None, run_name=None, global_step=None):
        """Add options of a run and the numbers it ended with.

        Args:
            hparam_domain_discrete: {option: all values it has in the runs}.
            run_name: the folder of the numbers; by default the time.
        """
        declared = summary.hparams(hparam_dict, metric_dict, hparam_domain_discrete)
        folder = os.path.join(str(self._get_file_writer().get_logdir()), run_name or str(time.time()))
        with SummaryWriter(log_dir=folder) as writer:
            for part in declared:
                writer.file_writer.add_summary(part, global_step)
            for tag, number in metric_dict.items():
                writer.add_scalar(tag, number, global_step)

    def flush(self):
        """Write out what was kept back."""
        for writer in (self.all_writers or {}).values():
            writer.flush()

    def close(self):
        """Write everything out and close the files; the writer can be used again."""
        for writer in (self.all_writers or {}).values():
            writer.close()
        self.file_writer = self.all_writers = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def _modules(model, inputs, strict):
    """(name, kind, names of inputs) of the modules without children, in the order in which they run."""
    leaves = {m: name or type(m).__name__ for name, m in model.named_modules() if not list(m.children())}
    nodes, last = [("input", "IO Node", [])], "input"
    order = list(leaves)
    if inputs is not None:
        order = []
        handles = [m.register_forward_hook(lambda m, *_: order.append(m)) for m in leaves]
        from ...core.modes import no_grad

        try:
            with no_grad():
                model(*inputs) if isinstance(inputs, (tuple, list)) else model(inputs)
        except RuntimeError:
            if strict:
                raise
        finally:
            for handle in handles:
                handle.remove()
    seen = {}
    for m in order:
        seen[m] = seen.get(m, 0) + 1
        name = type(model).__name__ + "/" + leaves[m].replace(".", "/") + (f"_{seen[m]}" if seen[m] > 1 else "")
        nodes.append((name, type(m).__name__, [last]))
        last = name
    return [*nodes, ("output", "IO Node", [last])]
