#!/usr/bin/env python3
"""Compile a small network with PyTorch's AOTInductor and run it with model.aoti.

usage: aoti_package.py PLUGIN_TESTS: the program plugin_tests of a build. Needs a Python with the
PyTorch that Melgraph uses, and a compiler; exits 77 without PyTorch.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import torch
except ImportError:
    print("this Python has no torch")
    sys.exit(77)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = torch.nn.Conv2d(1, 4, 3, padding=1)
        self.classifier = torch.nn.Linear(4, 3)

    def forward(self, x):
        return self.classifier(torch.relu(self.convolution(x)).mean((2, 3)))


def main(plugin_tests):
    with tempfile.TemporaryDirectory() as folder:
        package = pathlib.Path(folder) / "network.pt2"
        items = torch.export.Dim("items", min=1, max=64)
        program = torch.export.export(Network().eval(), (torch.rand(2, 1, 96, 64),),
                                      dynamic_shapes=({0: items},))
        torch._inductor.aoti_compile_and_package(program, package_path=str(package))
        environment = dict(os.environ, MELGRAPH_TEST_PACKAGE=str(package))
        return subprocess.run([plugin_tests, "--gtest_filter=AotiNode.*"], env=environment,
                              check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
