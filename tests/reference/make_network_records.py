#!/usr/bin/env python3
"""Make the records of torchvision's networks, or check that they have not drifted.

Weights are filled with numbers that anyone can compute (formula_weights.py), so that only outputs
are kept: names and shapes, logits in eval mode, gradients in train mode, the spread of fresh
weights.
Writes tests/plugins/vision/torchvision.json, which tests/plugins/vision_networks_test.cc reads.
With --check it compares the file with what torchvision gives here and exits with 1 where they
differ. Exits with 77 where torchvision is missing.
"""
import argparse
import hashlib
import importlib.util
import json
import pathlib
import sys
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "plugins" / "vision" / "torchvision.json"
SKIPPED = 77
PROBES = 12
FRESH_SEED = 1
SOUND, PHOTOGRAPH = (3, 128, 250), (3, 224, 224)
TOLERANCE = {"eval": 1e-4, "train": 1e-6}

warnings.filterwarnings("ignore", category=FutureWarning)
for package in ("numpy", "torch", "torchvision"):
    if importlib.util.find_spec(package) is None:
        print(f"skipped: {sys.executable} lacks {package}; install it with "
              f"{sys.executable} -m pip install numpy torch torchvision")
        sys.exit(SKIPPED)

import torch
import torchvision

import formula_weights


class Case:
    """A network of torchvision: how its weights are filled, and the inputs of its records.

    `gain` is the deviation of a convolution's output where its input has a deviation of 1: chosen
    so that a signal neither dies nor explodes.
    """

    def __init__(self, name, gain=formula_weights.RELU_GAIN, evals=((SOUND, {}),),
                 train=(3, 64, 96), auxiliary=(), drop=None):
        self.name, self.gain = name, gain
        self.evals, self.train_shape, self.auxiliary = evals, train, auxiliary
        self.drop = {"dropout": 0.0} if drop is None else drop

    def options(self):
        return {"aux_logits": True, "init_weights": True} if self.auxiliary else {}

    def make(self, **options):
        return getattr(torchvision.models, self.name)(**self.options(), **options)


def cases():
    both = ((SOUND, {}), (PHOTOGRAPH, {}))
    yield Case("alexnet", evals=both, train=(3, 96, 112))
    for depth in (11, 13, 16, 19):
        yield Case(f"vgg{depth}")
    for depth in (11, 13, 16, 19):
        yield Case(f"vgg{depth}_bn")
    one_channel = ((1, 128, 250), {})
    yield Case("resnet18", gain=1.0, evals=both + (one_channel,), drop={})
    for depth in (34, 50, 101, 152):
        yield Case(f"resnet{depth}", gain=1.0, drop={})
    for depth in (121, 161, 169, 201):
        yield Case(f"densenet{depth}", drop={})
    transformed = {"transform_input": True}
    yield Case("inception_v3", evals=((SOUND, {}), (SOUND, transformed), ((3, 299, 299), {})),
               train=(3, 299, 299), auxiliary=("AuxLogits",))
    yield Case("googlenet", evals=both + ((SOUND, transformed),), auxiliary=("aux2", "aux1"),
               drop={"dropout": 0.0, "dropout_aux": 0.0})
    yield Case("mobilenet_v2", evals=both + (one_channel,))
    yield Case("mobilenet_v3_small", evals=both)
    yield Case("mobilenet_v3_large", evals=both)
    yield Case("efficientnet_b0", gain=1.5, evals=both,
               drop={"dropout": 0.0, "stochastic_depth_prob": 0.0})
    yield Case("convnext_tiny", gain=1.0, evals=both, drop={"stochastic_depth_prob": 0.0})


def signal(name, shape):
    return torch.from_numpy(formula_weights.signal(name, tuple(shape))).double()


def fill(model, case):
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            numbers = formula_weights.weights(name, tuple(tensor.shape), case.gain)
            tensor.copy_(torch.from_numpy(numbers))


def digest(lines):
    text = "\n".join(sorted(lines))
    return {"count": len(lines), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def line(name, shape):
    return " ".join([name, *map(str, shape)])


def short(value, digits=9):
    return float(f"{value:.{digits}g}")


def with_one_channel(model):
    """Replace the first convolution by one of a single channel."""
    name, first = next((n, m) for n, m in model.named_modules() if isinstance(m, torch.nn.Conv2d))
    holder = model.get_submodule(name.rpartition(".")[0])
    setattr(holder, name.rpartition(".")[2],
            torch.nn.Conv2d(1, first.out_channels, first.kernel_size, first.stride, first.padding,
                            bias=first.bias is not None))
    return model


def eval_record(case, shape, options):
    model = case.make(**options)
    if shape[0] == 1:
        model = with_one_channel(model)
    fill(model, case)
    with torch.no_grad():
        logits = model.eval()(signal("input", (1, *shape)).float())[0].double()
    return {"input": list(shape), **options,
            "logits": [short(v, 7) for v in logits[:PROBES].tolist()],
            "mean": short(logits.mean(), 7), "deviation": short(logits.std(unbiased=False), 7),
            "largest": short(logits.abs().max(), 7)}


def called_modules(model, run):
    """Return what `run` returns, the output's shape of each module that was called once and gave
    one tensor, and the names of all in the order of their calls."""
    calls = {}

    def hook(name):
        def keep(module, _, output):
            calls.setdefault(name, []).append(output)
        return keep

    handles = [m.register_forward_hook(hook(n)) for n, m in model.named_modules() if n]
    outputs = run()
    for handle in handles:
        handle.remove()
    shapes = {name: tuple(made[0].shape[1:]) for name, made in calls.items()
              if len(made) == 1 and isinstance(made[0], torch.Tensor)}
    return outputs, shapes, list(calls)


def checksum(name, tensor):
    """Sum the products of a tensor and the numbers of its name."""
    return float(tensor.detach().reshape(-1).dot(signal(name + ".grad", (tensor.numel(),))))


def fresh_record(parameter):
    """Return the mean magnitude of fresh numbers and, where they are many and random, their largest
    over it."""
    magnitudes = parameter.detach().double().abs()
    mean = float(magnitudes.mean())
    record = [short(mean, 4)]
    if magnitudes.numel() >= 1000 and float(magnitudes.std()) > 0:
        record.append(short(float(magnitudes.max()) / mean, 4))
    return record


def train_record(case, record):
    """Record names, fresh weights, the shape of each module's output and gradients."""
    torch.manual_seed(FRESH_SEED)
    model = case.make()
    fresh = {name: fresh_record(p) for name, p in model.named_parameters()}
    heads = tuple(f"{head}." for head in case.auxiliary)
    record["parameters"] = sum(p.numel() for n, p in model.named_parameters()
                               if not (heads and n.startswith(heads)))
    record["state"] = digest([line(n, t.shape) for n, t in model.state_dict().items()])
    own = {key: {n: short(m.p) for n, m in model.named_modules() if isinstance(m, kind)}
           for key, kind in (("dropout", torch.nn.Dropout),
                             ("stochastic_depth", torchvision.ops.StochasticDepth))}

    model = case.make(**case.drop)
    fill(model, case)
    model = model.double().train()
    shape = (2, *case.train_shape)
    outputs, modules, order = called_modules(model, lambda: model(signal("input", shape)))
    record["modules"] = digest([line(n, s) for n, s in modules.items()])
    for key, own_probabilities in own.items():
        record[key] = [own_probabilities[name] for name in order if name in own_probabilities]

    outputs = dict(zip(("logits", *case.auxiliary),
                       (outputs,) if isinstance(outputs, torch.Tensor) else outputs))
    sum((signal(name, o.shape) * o).sum() for name, o in outputs.items()).backward()
    record["train"] = {
        "input": list(case.train_shape),
        "outputs": {name: [short(v) for v in o.detach()[1][:PROBES].tolist()]
                    for name, o in outputs.items()},
        "statistics": short(sum(checksum(n, b) for n, b in model.named_buffers()
                                if "num_batches" not in n)),
        "columns": ["gradient", "fresh mean magnitude", "largest fresh over it"],
        "tensors": {n: [short(checksum(n, p.grad)), *fresh[n]]
                    for n, p in model.named_parameters()}}


def compute(case):
    record = {"id": f"model.{case.name}", "gain": case.gain}
    train_record(case, record)
    record["eval"] = [eval_record(case, shape, options) for shape, options in case.evals]
    return record


def dump(records):
    """Write one part of a network a line: differences stay readable."""
    lines = ["{"]
    for key, value in records.items():
        if key != "networks":
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)},")
    lines.append('  "networks": [')
    for record in records["networks"]:
        parts = []
        for key, value in record.items():
            if key != "train":
                parts.append(f"    {json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}")
                continue
            tensors = ",\n".join(f"      {json.dumps(n)}:{json.dumps(v, separators=(',', ':'))}"
                                 for n, v in value["tensors"].items())
            rest = {k: v for k, v in value.items() if k != "tensors"}
            head = json.dumps(rest, separators=(",", ":"))[:-1]
            parts.append(f'    "train":{head},"tensors":{{\n{tensors}}}}}')
        lines.append("   {\n" + ",\n".join(parts) + "},")
    lines[-1] = lines[-1].rstrip(",")
    return "\n".join(lines + ["  ]", "}", ""])


def close(kept, made, tolerance, scale=0.0):
    return abs(kept - made) <= tolerance * max(abs(kept), scale)


def drift(kept, made):
    """Say in which part two records of a network differ; None: in none."""
    for key in ("gain", "parameters", "state", "modules", "dropout", "stochastic_depth"):
        if kept[key] != made[key]:
            return f"{key}: {kept[key]} is now {made[key]}"
    for before, now in zip(kept["eval"], made["eval"], strict=True):
        numbers = zip(before["logits"] + [before["mean"], before["deviation"]],
                      now["logits"] + [now["mean"], now["deviation"]], strict=True)
        if before["input"] != now["input"] or not all(
                close(a, b, TOLERANCE["eval"], before["largest"]) for a, b in numbers):
            return f"logits of {before['input']}"
    before, now = kept["train"], made["train"]
    if before["tensors"].keys() != now["tensors"].keys():
        return "names of parameters"
    largest = max(abs(values[0]) for values in before["tensors"].values())
    for name, values in before["tensors"].items():
        if not close(values[0], now["tensors"][name][0], TOLERANCE["train"], 1e-6 * largest):
            return f"gradient of {name}: {values[0]} is now {now['tensors'][name][0]}"
        if not close(values[1], now["tensors"][name][1], 0.2):
            return f"fresh {name}: {values[1]} is now {now['tensors'][name][1]}"
    if not close(before["statistics"], now["statistics"], TOLERANCE["train"]):
        return "running statistics"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file, write nothing")
    parser.add_argument("--only", metavar="TEXT", help="networks whose name has TEXT")
    parser.add_argument("--file", type=pathlib.Path, default=FILE, help="default %(default)s")
    arguments = parser.parse_args()
    chosen = [case for case in cases() if (arguments.only or "") in case.name]
    made_with = f"torch {torch.__version__}, torchvision {torchvision.__version__}"
    if not arguments.check:
        records = {"schema": "melgraph.network-records/1", "made_with": made_with,
                   "networks": [compute(case) for case in chosen]}
        arguments.file.parent.mkdir(parents=True, exist_ok=True)
        arguments.file.write_text(dump(records), encoding="utf-8")
        print(f"{arguments.file}: {len(chosen)} networks, {arguments.file.stat().st_size} bytes")
        return 0

    records = json.loads(arguments.file.read_text(encoding="utf-8"))
    kept = {record["id"]: record for record in records["networks"]}
    drifted = [f"{name}: in the file, but not made any more"
               for name in kept.keys() - {f"model.{case.name}" for case in cases()}]
    for case in chosen:
        name = f"model.{case.name}"
        change = drift(kept[name], compute(case)) if name in kept else "not in the file"
        if change:
            drifted.append(f"{name}: {change}")
    for text in sorted(drifted):
        print(f"drifted: {text}")
    print(f"{len(chosen)} networks compared with {made_with}: {len(drifted)} drifted "
          f"(made with {records['made_with']})")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main())
