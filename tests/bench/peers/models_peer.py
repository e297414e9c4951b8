#!/usr/bin/env python3
"""Networks of torchvision by PyTorch, ONNX Runtime and OpenVINO, on one thread or a GPU.

Speaks JSON, one object a line: a request on stdin, its answer on stdout. First of all it says
{"versions": {...}}, with what this Python has. Requests:
  {"do": "open", "network", "runtime", "input": [C, H, W], "batch", "precision", "device"}
      {} or {"error": ...}; runtimes: torch, torch-channels-last, torch.compile, onnxruntime,
      openvino
  {"do": "time", ... the same, "calls": N}
      {"seconds": the least of one call} for what was opened before
  {"do": "close"}
      forgets what was opened
The weights are random: they do not change the time.
"""
import importlib.metadata
import importlib.util
import io
import json
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

NEEDS = {"torch": ("torch", "torchvision"), "torch-channels-last": ("torch", "torchvision"),
         "torch.compile": ("torch", "torchvision"),
         "onnxruntime": ("torch", "torchvision", "onnx", "onnxruntime"),
         "openvino": ("torch", "torchvision", "openvino")}
PACKAGES = ("torch", "torchvision", "onnxruntime", "openvino")


def versions():
    found = {}
    for name in PACKAGES:
        if importlib.util.find_spec(name) is not None:
            try:
                found[name] = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                found[name] = "?"
    return found


def vggish():
    """Four blocks of 3x3 convolutions and three dense layers: 1x96x64 -> 128."""
    from torch import nn
    layers, before = [], 1
    for width in (64, "M", 128, "M", 256, 256, "M", 512, 512, "M"):
        if width == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
            before = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512 * 6 * 4, 4096), nn.ReLU(),
                         nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 128), nn.ReLU())


def make_network(name):
    import torchvision
    if name == "vggish":
        return vggish().eval()
    options = {"aux_logits": False, "init_weights": False} if name == "inception_v3" else {}
    return getattr(torchvision.models, name)(weights=None, **options).eval()


def open_torch(request):
    import torch
    runtime, device = request["runtime"], request["device"]
    types = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
    if request["precision"] not in types:
        raise RuntimeError("no such precision here")
    dtype = types[request["precision"]]
    network = make_network(request["network"]).to(device, dtype)
    x = torch.rand(request["batch"], *request["input"]).to(device, dtype)
    if runtime != "torch":
        network = network.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    if runtime == "torch.compile":
        network = torch.compile(network)

    def run():
        with torch.inference_mode():
            network(x)
        if device != "cpu":
            torch.cuda.synchronize()
    return run


def open_onnxruntime(request):
    import onnxruntime
    import torch
    if request["precision"] != "f32" or request["device"] != "cpu":
        raise RuntimeError("measured in f32 on a CPU only")
    x = torch.rand(request["batch"], *request["input"])
    file = io.BytesIO()
    torch.onnx.export(make_network(request["network"]), (x,), file, dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(file.getvalue(), options,
                                           providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: x.numpy()}
    return lambda: session.run(None, feed)


def open_openvino(request):
    import openvino
    import torch
    if request["device"] != "cpu" or request["precision"] not in ("f32", "bf16"):
        raise RuntimeError("measured in f32 and bf16 on a CPU only")
    x = torch.rand(request["batch"], *request["input"])
    model = openvino.convert_model(make_network(request["network"]), example_input=x,
                                   input=list(x.shape))
    compiled = openvino.Core().compile_model(model, "CPU", {
        "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": request["precision"]})
    infer = compiled.create_infer_request()
    array = x.numpy()
    return lambda: infer.infer(array)


OPEN = {"torch": open_torch, "torch-channels-last": open_torch, "torch.compile": open_torch,
        "onnxruntime": open_onnxruntime, "openvino": open_openvino}


def answer(request, opened):
    if request["do"] == "close":
        opened.clear()
        return {}
    runtime = request["runtime"]
    if request["do"] == "open":
        missing = [name for name in NEEDS[runtime] if importlib.util.find_spec(name) is None]
        if missing:
            return {"error": "this Python has no " + ", ".join(missing)}
        opened[runtime] = OPEN[runtime](request)
        opened[runtime]()
        return {}
    least = float("inf")
    for _ in range(request["calls"]):
        begin = time.perf_counter()
        opened[runtime]()
        least = min(least, time.perf_counter() - begin)
    return {"seconds": least}


def main():
    # What the libraries print must not come between the answers.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if importlib.util.find_spec("torch") is not None:
        import torch
        torch.set_num_threads(1)
    print(json.dumps({"versions": versions()}), file=replies, flush=True)
    opened = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), opened)
        except Exception as error:  # a peer that fails is a figure that is missing
            reply = {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
                     if str(error) else type(error).__name__}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
