"""SummaryWriter's files, read by a small parser of our own, and by TensorBoard where it is installed."""

import io
import struct
import wave
import zlib

import numpy as np
import pytest


def fields(message):
    """[(field, value)] of a protocol-buffer message."""
    found, i = [], 0

    def varint(i):
        n = shift = 0
        while True:
            n |= (message[i] & 127) << shift
            shift += 7
            i += 1
            if message[i - 1] < 128:
                return n, i

    while i < len(message):
        key, i = varint(i)
        if key & 7 == 0:
            value, i = varint(i)
        elif key & 7 == 2:
            size, i = varint(i)
            value, i = message[i:i + size], i + size
        else:
            size, form = {1: (8, "<d"), 5: (4, "<f")}[key & 7]
            value, i = struct.unpack(form, message[i:i + size])[0], i + size
        found.append((key >> 3, value))
    return found


def crc(data):
    """CRC-32C, bit by bit."""
    n = 0xFFFFFFFF
    for byte in data:
        n ^= byte
        for _ in range(8):
            n = n >> 1 ^ 0x82F63B78 * (n & 1)
    n ^= 0xFFFFFFFF
    return ((n >> 15 | n << 17) + 0xA282EAD8) & 0xFFFFFFFF


def events(folder):
    """Events of the only file in a folder, as dictionaries; checksums are checked."""
    path, = folder.glob("events.out.tfevents.*")
    content, found, i = path.read_bytes(), [], 0
    while i < len(content):
        size, = struct.unpack("<Q", content[i:i + 8])
        assert struct.unpack("<I", content[i + 8:i + 12])[0] == crc(content[i:i + 8])
        data = content[i + 12:i + 12 + size]
        assert struct.unpack("<I", content[i + 12 + size:i + 16 + size])[0] == crc(data) or size > 5000
        found.append(dict(fields(data)))
        i += 16 + size
    return found


def values(folder):
    """{tag: (step, fields)} of the summaries."""
    found = {}
    for event in events(folder):
        for _, value in fields(event.get(5, b"")):
            value = dict(fields(value))
            found[value[1].decode()] = (event.get(2, 0), value)
    return found


def pixels(png):
    """The array of a PNG without filters."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    i, data = 8, b""
    while i < len(png):
        size, kind = struct.unpack(">I4s", png[i:i + 8])
        body = png[i + 8:i + 8 + size]
        assert struct.unpack(">I", png[i + 8 + size:i + 12 + size])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, _, color = struct.unpack(">IIBB", body[:10])
        data += body if kind == b"IDAT" else b""
        i += 12 + size
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, -1)
    return rows[:, 1:].reshape(height, width, {0: 1, 2: 3, 6: 4}[color])


def write_all(rl, folder):
    rng = np.random.RandomState(0)
    with rl.utils.tensorboard.SummaryWriter(str(folder), filename_suffix=".x") as writer:
        for step in range(3):
            writer.add_scalar("loss/train", 0.5 ** step, step, walltime=100.0 + step)
        writer.add_scalar("new", rl.tensor(2.5), 1, new_style=True)
        writer.add_histogram("weights", rl.tensor([1.0, 2.0, 2.5, -3.0]), 4)
        writer.add_histogram("few", np.arange(100), 4, bins="auto", max_bins=5)
        writer.add_image("picture", rl.arange(12).reshape(3, 2, 2).float() / 12, 2)
        writer.add_images("grid", np.full((9, 1, 2, 3), 7, np.uint8))
        writer.add_image_with_boxes("boxes", rl.zeros(3, 6, 6), rl.tensor([[1, 1, 4, 3]]))
        writer.add_text("note", "**bold**", 1)
        writer.add_audio("sound", rl.tensor([0.0, 0.5, -1.0]), sample_rate=8000)
        writer.add_pr_curve("curve", rl.tensor([1, 0, 1, 0]), rl.tensor([0.9, 0.8, 0.7, 0.1]), 3, num_thresholds=5)
        writer.add_mesh("mesh", rl.zeros(1, 3, 3), faces=rl.tensor([[[0, 1, 2]]]))
        writer.add_custom_scalars({"c": {"t": ["Multiline", ["a", "b"]], "m": ["Margin", ["v", "l", "u"]]}})
        writer.add_tensor("raw", rl.arange(3.0))
        writer.add_graph(rl.nn.Sequential(rl.nn.Linear(2, 3), rl.nn.ReLU()), rl.ones(1, 2))
        writer.add_hparams({"lr": 0.1, "kind": "a", "flag": True}, {"accuracy": 0.5}, run_name="run")
        writer.add_scalars("pair", {"a": 1.0, "b": 2.0}, 7)
        writer.add_embedding(rl.tensor(rng.rand(3, 2)), ["x", "y", "z"], rl.rand(3, 3, 4, 4), 5)


def test_own_parser(rl, tmp_path):
    write_all(rl, tmp_path)
    first = events(tmp_path)[0]
    assert first[3] == b"brain.Event:2"
    scalars = [e for e in events(tmp_path) if b"loss/train" in e.get(5, b"")]
    assert [e.get(2, 0) for e in scalars] == [0, 1, 2] and [e[1] for e in scalars] == [100.0, 101.0, 102.0]
    assert [dict(fields(dict(fields(e[5]))[1]))[2] for e in scalars] == [1.0, 0.5, 0.25]
    found = values(tmp_path)
    histogram = dict(fields(found["weights"][1][5]))
    assert (histogram[1], histogram[2], histogram[3], histogram[4], histogram[5]) == (-3.0, 2.5, 4.0, 2.5, 20.25)
    counts = np.frombuffer(histogram[7], "<f8")
    assert counts.sum() == 4 and len(counts) == len(histogram[6]) // 8
    picture = dict(fields(found["picture"][1][4]))
    assert (picture[1], picture[2], picture[3]) == (2, 2, 3)
    np.testing.assert_array_equal(pixels(picture[4]), (np.arange(12, dtype="f4").reshape(3, 2, 2) / 12 * 255).astype("u1").transpose(1, 2, 0))
    grid = pixels(dict(fields(found["grid"][1][4]))[4])
    assert grid.shape == (4, 24, 3) and grid[3, 2].tolist() == [7] * 3 and grid[3, 3].tolist() == [0] * 3
    framed = pixels(dict(fields(found["boxes"][1][4]))[4])
    assert framed[1, 1].tolist() == framed[3, 4].tolist() == [255, 0, 0] and framed[2, 2].tolist() == [0, 0, 0]
    with wave.open(io.BytesIO(dict(fields(found["sound"][1][6]))[4])) as sound:
        assert sound.getframerate() == 8000 and np.frombuffer(sound.readframes(3), "<i2").tolist() == [0, 16383, -32767]
    assert b"**bold**" in found["note/text_summary"][1][8] and "mesh_VERTEX" in found and "mesh_FACE" in found
    curve = np.frombuffer(dict(fields(found["curve"][1][8]))[4], "<f4").reshape(6, 5)
    assert curve[0].tolist() == [2, 2, 2, 1, 0] and curve[5].tolist() == [1, 1, 1, 0.5, 0]
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["00005", "pair_a", "pair_b", "run"]
    assert values(tmp_path / "pair_b")["pair"][1][2] == 2.0 and values(tmp_path / "pair_b")["pair"][0] == 7
    assert "accuracy" in values(tmp_path / "run") and "_hparams_/experiment" in values(tmp_path / "run")
    assert 'tensor_path: "00005/default/tensors.tsv"' in (tmp_path / "projector_config.pbtxt").read_text()
    assert len((tmp_path / "00005/default/tensors.tsv").read_text().split("\n")) == 4
    graphs = [e[4] for e in events(tmp_path) if 4 in e]
    assert b"Sequential/0" in graphs[0] and b"ReLU" in graphs[0]


def test_when_it_is_written(rl, tmp_path):
    writer = rl.utils.tensorboard.SummaryWriter(tmp_path, max_queue=2, purge_step=3)
    assert [e.get(2, 0) for e in events(tmp_path)] == [0]
    writer.add_scalar("a", 1, 4)
    assert len(events(tmp_path)) == 4 and events(tmp_path)[2][7] == b"\x08\x01"        # the third waiting event went out
    writer.add_scalar("a", 1, 5)
    assert len(events(tmp_path)) == 4
    writer.flush()
    assert len(events(tmp_path)) == 5
    writer.close()
    assert writer.get_logdir() == tmp_path
    with pytest.raises(ValueError, match="The input has no element"):
        writer.add_histogram("empty", [])
    with pytest.raises(AssertionError, match="size of input tensor and input format are different. tensor shape"):
        writer.add_image("bad", np.zeros((2, 2)))
    writer.close()


def test_figure(rl, tmp_path):
    plt = pytest.importorskip("matplotlib.pyplot")
    figure = plt.figure(figsize=(1, 1), dpi=20)
    with rl.utils.tensorboard.SummaryWriter(tmp_path) as writer:
        writer.add_figure("f", figure)
    assert pixels(dict(fields(values(tmp_path)["f"][1][4]))[4]).shape == (20, 20, 3)


def test_tensorboard_reads_it(rl, tmp_path):
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    write_all(rl, tmp_path)
    found = reader.EventAccumulator(str(tmp_path), size_guidance={reader.TENSORS: 100})
    found.Reload()
    tags = found.Tags()
    assert tags["graph"] and tags["images"] == ["picture", "grid", "boxes"] and tags["audio"] == ["sound"]
    assert [(e.step, e.value) for e in found.Scalars("loss/train")] == [(0, 1.0), (1, 0.5), (2, 0.25)]
    assert found.Histograms("weights")[0].histogram_value.num == 4
    assert {"note/text_summary", "new", "curve", "mesh_VERTEX", "custom_scalars__config__", "raw"} <= set(tags["tensors"])
    assert [n.op for n in found.Graph().node] == ["IO Node", "Linear", "ReLU", "IO Node"]
    layout = pytest.importorskip("tensorboard.plugins.custom_scalar.layout_pb2")
    chart = layout.Layout.FromString(found.Tensors("custom_scalars__config__")[0].tensor_proto.string_val[0])
    assert chart.category[0].chart[0].multiline.tag == ["a", "b"] and chart.category[0].chart[1].margin.series[0].upper == "u"
    hparams = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")
    run = reader.EventAccumulator(str(tmp_path / "run"))
    run.Reload()
    start = hparams.HParamsPluginData.FromString(run.SummaryMetadata("_hparams_/session_start_info").plugin_data.content)
    assert start.session_start_info.hparams["kind"].string_value == "a" and start.session_start_info.hparams["lr"].number_value == 0.1
    experiment = hparams.HParamsPluginData.FromString(run.SummaryMetadata("_hparams_/experiment").plugin_data.content)
    assert [i.name for i in experiment.experiment.hparam_infos] == ["lr", "kind", "flag"]
    assert experiment.experiment.metric_infos[0].name.tag == "accuracy"
