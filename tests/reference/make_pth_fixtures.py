#!/usr/bin/env python3
"""Write the state dicts in tests/unit/pth with PyTorch, and expected.json with their numbers.

    make_pth_fixtures.py           write the files, and print what is in them
    make_pth_fixtures.py --check   read the files again and compare with expected.json (77: skipped)

Files of before 2018 are written opcode by opcode, in the form that torchvision's VGG files have,
and then read by torch.load like all others.
"""

import argparse
import collections
import json
import pathlib
import pickle
import struct
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "unit" / "pth"
DTYPES = {
    "torch.float32": "F32", "torch.float64": "F64", "torch.float16": "F16",
    "torch.bfloat16": "BF16", "torch.int64": "I64", "torch.int32": "I32", "torch.int16": "I16",
    "torch.int8": "I8", "torch.uint8": "U8", "torch.bool": "BOOL",
}
NESTED = ("state_dict", "model", "model_state_dict", "net")


def every_type():
    return collections.OrderedDict([
        ("weight", torch.arange(6, dtype=torch.float32).reshape(2, 3) / 3),
        ("double", torch.tensor([1e300, -0.1], dtype=torch.float64)),
        ("half", torch.tensor([0.1, -65504], dtype=torch.float16)),
        ("bfloat", torch.tensor([[3.14], [1e38]], dtype=torch.bfloat16)),
        ("num_batches_tracked", torch.tensor(-(2**62), dtype=torch.int64)),
        ("int", torch.tensor([-(2**31), 7], dtype=torch.int32)),
        ("short", torch.tensor([-32768, 300], dtype=torch.int16)),
        ("char", torch.tensor([-128, 127], dtype=torch.int8)),
        ("byte", torch.tensor([0, 255], dtype=torch.uint8)),
        ("bool", torch.tensor([True, False, True])),
        ("empty", torch.zeros(0, 4)),
        ("größe", torch.tensor([float("nan"), float("inf")])),
    ])


def views():
    base = torch.arange(24, dtype=torch.float32)
    cube = base.reshape(2, 3, 4)
    return {
        "base": base,
        "transposed": cube.transpose(0, 2),
        "slice": cube[:, 1:, ::2],
        "offset": base[5:9],
        "one": base[7],
        "expanded": base[3:4].expand(2, 5),
        "channels_last": torch.arange(48, dtype=torch.int16).reshape(1, 3, 4, 4).contiguous(
            memory_format=torch.channels_last),
        "bits": torch.tensor([True, False, False, True, True, False]).reshape(2, 3).t(),
        "doubles": torch.arange(6, dtype=torch.float64).reshape(3, 2).t(),
    }


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3, bias=False), torch.nn.BatchNorm2d(2), torch.nn.Linear(2, 2))


def checkpoint():
    net = network()
    optimizer = torch.optim.Adam(net.parameters())
    net[2](torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3,
            "best": 0.5, "names": ["dog", "cat"], "seed": 2**64 - 1, "done": (True, None)}


def parallel():
    return {"module." + name: value for name, value in network().state_dict().items()}


class OldStorage:
    def __init__(self, tensor, key, view=None):
        self.numpy = tensor.numpy()
        self.key = key
        self.view = view


class OldPickler(pickle._Pickler):
    """Write as Python 2 and PyTorch 0.1 did: byte strings, dicts as lists, two forms of tensors."""

    def persistent_id(self, obj):
        if not isinstance(obj, OldStorage):
            return None
        return ("storage", torch.FloatStorage, obj.key, "cpu", obj.numpy.size, obj.view)

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, str):
            data = obj.encode()
            self.write(b"U" + bytes([len(data)]) + data)
        elif isinstance(obj, collections.OrderedDict):
            self.write(b"ccollections\nOrderedDict\n")
            self.save(([list(item) for item in obj.items()],))
            self.write(b"R")
        elif isinstance(obj, tuple) and obj and obj[0] == "tensor":
            self.write(b"ctorch\nFloatTensor\n)\x81")
            self.save(obj[1])
            self.write(b"b")
        elif isinstance(obj, tuple) and obj and obj[0] == "rebuild":
            self.write(b"ctorch._utils\n_rebuild_tensor\n")
            self.save(obj[1])
            self.write(b"R")
        else:
            super().save(obj, save_persistent_id)


def write_old(path):
    values = torch.arange(12, dtype=torch.float32) / 7
    first, second = OldStorage(values, "94001"), OldStorage(-values[:4], "94002")
    view = OldStorage(values, "94001", ("94003", 4, 6))
    state = collections.OrderedDict([
        ("features.0.weight", ("rebuild", (first, 2, (2, 3), (3, 1)))),
        ("features.0.bias", ("tensor", (second, 0, (2, 2), (1, 2)))),
        ("classifier.bias", ("rebuild", (view, 1, (2, 2), (2, 1)))),
    ])
    facts = {"protocol_version": 1001, "little_endian": True,
             "type_sizes": {"short": 2, "int": 4, "long": 8}}
    with open(path, "wb") as file:
        for value in (0x1950A86A20F9469CFC6C, 1001, facts):
            pickle.dump(value, file, protocol=2)
        OldPickler(file, protocol=2).dump(state)
        pickle.dump(["94001", "94002"], file, protocol=2)
        for storage in (first, second):
            file.write(struct.pack("<q", storage.numpy.size) + storage.numpy.tobytes())


def write_all():
    legacy = {"_use_new_zipfile_serialization": False}
    parameters = dict(network().named_parameters())
    files = {
        "types": every_type(), "views": views(), "checkpoint": checkpoint(), "parallel": parallel(),
        "parameters": parameters, "nested": {"a": {"w": torch.ones(2)}, "b": {"0": {"w": torch.zeros(1)}}},
    }
    for name, value in files.items():
        torch.save(value, FOLDER / f"{name}_zip.pth")
        torch.save(value, FOLDER / f"{name}_legacy.pth", **legacy)
    torch.save(every_type(), FOLDER / "protocol4_zip.pth", pickle_protocol=4)
    torch.save(every_type(), FOLDER / "protocol4_legacy.pth", pickle_protocol=4, **legacy)
    set_crc32_options(False)
    torch.save(views(), FOLDER / "no_crc_zip.pth")
    write_old(FOLDER / "old_legacy.pth")


def flatten(value, prefix=""):
    for key, item in value.items():
        if isinstance(item, torch.Tensor):
            yield prefix + str(key), item
        elif isinstance(item, dict):
            yield from flatten(item, f"{prefix}{key}.")


def read(path):
    # The restricted reader of PyTorch does not know protocol 4; these files are our own.
    restricted = not path.name.startswith("protocol4")
    state = torch.load(path, map_location="cpu", weights_only=restricted)
    if not any(isinstance(item, torch.Tensor) for item in state.values()):
        inner = [state[name] for name in NESTED if name in state]
        state = inner[0] if inner else state
    tensors = {}
    for name, tensor in flatten(state):
        data = tensor.detach().contiguous().clone().reshape(-1).view(torch.uint8).numpy().tobytes()
        tensors[name] = {"dtype": DTYPES[str(tensor.dtype)], "shape": list(tensor.shape),
                         "bytes": data.hex()}
    if all(name.startswith("module.") for name in tensors):
        tensors = {name[len("module."):]: tensor for name, tensor in tensors.items()}
    return tensors


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    expected_path = FOLDER / "expected.json"
    if not arguments.check:
        FOLDER.mkdir(exist_ok=True)
        write_all()
    expected = {path.name: read(path) for path in sorted(FOLDER.glob("*.pth"))}
    if arguments.check:
        if expected != json.loads(expected_path.read_text()):
            sys.exit("the files and expected.json differ")
        print(f"{len(expected)} files hold what expected.json says")
        return
    lines = ",\n".join(
        f"  {json.dumps(name)}: {{\n" + ",\n".join(
            f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in tensors.items()) + "\n  }"
        for name, tensors in expected.items())
    expected_path.write_text("{\n" + lines + "\n}\n")
    print(lines)


if __name__ == "__main__":
    try:
        import torch
        from torch.serialization import set_crc32_options
    except ImportError:
        print("PyTorch is not installed")
        sys.exit(77)
    main()
