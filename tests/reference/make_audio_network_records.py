#!/usr/bin/env python3
"""Make the records of networks over sound, or check that they have not drifted.

Runs second implementations in PyTorch (audio_networks.py, hershey_networks.py) with weights and
inputs that a formula gives (formula_weights.py) and writes some numbers of their outputs, and of
the gradients of most, to tests/plugins/audio/networks.json, which
tests/plugins/audio_networks_test.cc reads. With --check it compares the file with what PyTorch
gives here and exits with 1 where they differ. Exits with 77 where PyTorch is missing.
"""
import argparse
import importlib.util
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "plugins" / "audio" / "networks.json"
SKIPPED = 77
PROBES = 24
TOLERANCE = {"outputs": 1e-4, "train": 1e-6}

for package in ("numpy", "torch"):
    if importlib.util.find_spec(package) is None:
        print(f"skipped: {sys.executable} lacks {package}; install it with "
              f"{sys.executable} -m pip install {package}")
        sys.exit(SKIPPED)

import torch

import audio_networks as audio
import formula_weights
import hershey_networks as hershey


class Case:
    """A network, its inputs, and how large its weights are: see formula_weights.py."""

    def __init__(self, name, make, *inputs, gain=1.4, train=None, bottleneck=0):
        self.head = {"id": f"model.{name}", "gain": gain}
        if bottleneck:
            self.head["bottleneck"] = bottleneck
        self.make, self.inputs, self.train_input = make, inputs, train

    def title(self):
        return f"{self.head['id']} {self.head.get('bottleneck', '')}".strip()


def cases():
    patch = (1, 96, 64)
    yield Case("vggish", audio.Vggish, patch)
    yield Case("panns_cnn6", lambda: audio.PannsCnn((64, 128, 256, 512), 5, False),
               (1, 1001, 64), (1, 101, 64), train=(1, 50, 64))
    yield Case("panns_cnn10", lambda: audio.PannsCnn((64, 128, 256, 512), 3, True),
               (1, 1001, 64), (1, 101, 64), train=(1, 50, 64))
    yield Case("panns_cnn14", lambda: audio.PannsCnn((64, 128, 256, 512, 1024, 2048), 3, True),
               (1, 1001, 64), (1, 101, 64))
    yield Case("panns_mobilenet_v1", audio.PannsMobileNetV1, (1, 1001, 64), (1, 101, 64),
               train=(1, 70, 64))
    yield Case("efficientat_mn10", audio.Mn10, (1, 1000, 128), (1, 101, 128), (1, 250, 64),
               train=(1, 90, 128))
    yield Case("hershey_fc", hershey.Fc, patch, train=patch)
    yield Case("hershey_alexnet", hershey.AlexNet, patch, (1, 80, 100))
    yield Case("hershey_vgg_e", hershey.VggE, patch)
    yield Case("hershey_inception_v3", hershey.InceptionV3, patch, train=patch)
    yield Case("hershey_resnet50", hershey.ResNet50, patch, (1, 120, 80), gain=1.0, train=patch)
    yield Case("hershey_resnet50", lambda: hershey.ResNet50(128), patch, gain=1.0, bottleneck=128)
    yield Case("samplecnn", audio.SampleCnn, (1, 59049), train=(1, 59049))
    yield Case("envnet_v2", audio.EnvNetV2, (1, 66650))


def short(value, digits=7):
    return float(f"{float(value):.{digits}g}")


def signal(name, shape):
    return torch.from_numpy(formula_weights.signal(name, shape))


def fill(model, gain):
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            numbers = formula_weights.weights(name, tuple(tensor.shape), gain)
            tensor.copy_(torch.from_numpy(numbers))
    return model


def summary(output):
    """Some of the numbers of one item's output, evenly spaced, and what all of them are like."""
    values = output[0].double()
    step = max(1, len(values) // PROBES)
    return {"size": len(values), "step": step, "mean": short(values.mean()),
            "deviation": short(values.std(unbiased=False)), "largest": short(values.abs().max()),
            "probes": [short(v) for v in values[::step][:PROBES].tolist()]}


def run(model, shape):
    with torch.no_grad():
        logits, embedding = model(signal("input", (1, *shape)))
    outputs = {"embedding": summary(embedding)}
    if logits is not None:
        outputs["logits"] = summary(logits)
    return {"input": list(shape), "outputs": outputs}


def checksum(name, tensor):
    """Sum the products of a tensor and the numbers of a name."""
    numbers = signal(f"{name}.checksum", (tensor.numel(),)).double()
    return float(tensor.detach().reshape(-1).double().dot(numbers))


def train(model, shape):
    """Gradients of a weighed sum of the logits in float64, and what a batch of two did to the
    running statistics; parameters in the order of their names."""
    model = model.double().train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    logits = model(signal("input", (2, *shape)).double())[0]
    (signal("logits", tuple(logits.shape)).double() * logits).sum().backward()
    statistics = sum(checksum(name, buffer) for name, buffer in model.named_buffers()
                     if "num_batches" not in name)
    gradients = [short(checksum(name, p.grad), 9) for name, p in sorted(model.named_parameters())]
    return {"input": list(shape), "statistics": short(statistics, 9), "gradients": gradients}


def compute(case):
    gain = case.head["gain"]
    model = fill(case.make().eval(), gain)
    record = dict(case.head)
    record["parameters"] = sum(p.numel() for p in model.parameters())
    record["runs"] = [run(model, shape) for shape in case.inputs]
    if case.train_input:
        record["train"] = train(fill(case.make(), gain), case.train_input)
    return record


def dump(records):
    """Write one network a line: differences stay readable."""
    lines = [json.dumps(record, separators=(",", ":")) for record in records["networks"]]
    head = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in records.items()
                      if k != "networks")
    return "{\n" + head + ',\n  "networks": [\n    ' + ",\n    ".join(lines) + "\n  ]\n}\n"


def near(kept, made, bound):
    return len(kept) == len(made) and all(abs(a - b) <= bound for a, b in zip(kept, made))


def drift(kept, made):
    """Say where two records differ; None: nowhere."""
    if kept["parameters"] != made["parameters"]:
        return f"{made['parameters']} parameters, not {kept['parameters']}"
    for before, now in zip(kept["runs"], made["runs"], strict=True):
        for name, output in before["outputs"].items():
            bound = TOLERANCE["outputs"] * output["largest"]
            if before["input"] != now["input"] or not near(
                    output["probes"], now["outputs"][name]["probes"], bound):
                return f"{name} of {before['input']}"
    if "train" in kept:
        largest = max(map(abs, kept["train"]["gradients"]))
        if not near(kept["train"]["gradients"], made["train"]["gradients"],
                    TOLERANCE["train"] * largest):
            return "gradients"
        if abs(kept["train"]["statistics"] - made["train"]["statistics"]) > TOLERANCE["train"]:
            return "running statistics"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file, write nothing")
    parser.add_argument("--file", type=pathlib.Path, default=FILE, help="default %(default)s")
    arguments = parser.parse_args()
    made = [compute(case) for case in cases()]
    made_with = f"torch {torch.__version__}"
    if not arguments.check:
        records = {"schema": "melgraph.audio-network-records/1", "made_with": made_with,
                   "networks": made}
        arguments.file.parent.mkdir(parents=True, exist_ok=True)
        arguments.file.write_text(dump(records), encoding="utf-8")
        print(f"{arguments.file}: {len(made)} networks, {arguments.file.stat().st_size} bytes")
        return 0

    records = json.loads(arguments.file.read_text(encoding="utf-8"))
    drifted = []
    if len(records["networks"]) != len(made):
        drifted.append(f"{len(made)} networks, not {len(records['networks'])}")
    for kept, now in zip(records["networks"], made):
        change = drift(kept, now) if kept["id"] == now["id"] else f"is now {now['id']}"
        if change:
            drifted.append(f"{kept['id']}: {change}")
    for line in drifted:
        print(f"drifted: {line}")
    print(f"{len(made)} networks compared with {made_with}: {len(drifted)} drifted "
          f"(made with {records['made_with']})")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main())
