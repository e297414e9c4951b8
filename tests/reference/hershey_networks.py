"""The five networks of "CNN Architectures for Large-Scale Audio Classification" in PyTorch.

Second implementations, as audio_networks.py. Names are torchvision's where it has the network.
"""
import torch
from torch import nn
from torch.nn import functional


class Hershey(nn.Module):
    """Ends in a classifier `classifier_name`, behind a bottleneck where one is asked for."""

    def make_classifier(self, name, features, bottleneck, classes=3087):
        if bottleneck:
            self.bottleneck = nn.Linear(features, bottleneck)
        self.classifier_path, self.has_bottleneck = name, bool(bottleneck)
        holder = self
        for part in name.split(".")[:-1]:
            holder = getattr(holder, part)
        setattr(holder, name.split(".")[-1], nn.Linear(bottleneck or features, classes))

    def classify(self, x):
        if self.has_bottleneck:
            x = self.bottleneck(x)
        return self.get_submodule(self.classifier_path)(x), x


class Fc(Hershey):
    def __init__(self, bottleneck=0):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(96 * 64, 1000), nn.Linear(1000, 1000), nn.Linear(
            1000, 1000)
        self.make_classifier("classifier", 1000, bottleneck)

    def forward(self, x):
        x = x.flatten(1)
        for layer in (self.fc1, self.fc2, self.fc3):
            x = layer(x).relu()
        return self.classify(x)


class AlexNet(Hershey):
    def __init__(self, bottleneck=0):
        super().__init__()
        plan = [(96, 11, (2, 1), 0), (256, 5, 1, 2), (384, 3, 1, 1), (384, 3, 1, 1), (256, 3, 1, 1)]
        before = 1
        for number, (channels, kernel, stride, padding) in enumerate(plan, 1):
            setattr(self, f"conv{number}",
                    nn.Conv2d(before, channels, kernel, stride, padding, bias=False))
            setattr(self, f"bn{number}", nn.BatchNorm2d(channels))
            before = channels
        self.fc6, self.fc7 = nn.Linear(256 * 2 * 2, 4096), nn.Linear(4096, 4096)
        self.make_classifier("classifier", 4096, bottleneck)

    def forward(self, x):
        for number in range(1, 6):
            x = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x)).relu()
            if number in (1, 2, 5):
                x = functional.max_pool2d(x, 3, 2)
        x = functional.adaptive_avg_pool2d(x, 2).flatten(1)
        return self.classify(self.fc7(self.fc6(x).relu()).relu())


class VggE(Hershey):
    def __init__(self, bottleneck=0):
        super().__init__()
        layers, before = [], 1
        for channels, count in ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)):
            for _ in range(count):
                layers += [nn.Conv2d(before, channels, 3, padding=1), nn.BatchNorm2d(channels),
                           nn.ReLU()]
                before = channels
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Module()
        setattr(self.classifier, "0", nn.Linear(512 * 3 * 2, 4096))
        setattr(self.classifier, "3", nn.Linear(4096, 4096))
        self.make_classifier("classifier.6", 4096, bottleneck)

    def forward(self, x):
        x = self.features(x).flatten(1)
        for name in ("classifier.0", "classifier.3"):
            x = self.get_submodule(name)(x).relu()
        return self.classify(x)


class ResidualBlock(nn.Module):
    def __init__(self, before, width, stride):
        super().__init__()
        after = 4 * width
        self.conv1 = nn.Conv2d(before, width, 1, stride, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.conv3 = nn.Conv2d(width, after, 1, bias=False)
        self.bn1, self.bn2, self.bn3 = (nn.BatchNorm2d(n) for n in (width, width, after))
        self.downsample = nn.Sequential()
        if stride > 1 or before != after:
            self.downsample = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False),
                                            nn.BatchNorm2d(after))

    def forward(self, x):
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn3(self.conv3(self.bn2(self.conv2(y)).relu()))
        return (y + self.downsample(x)).relu()


class ResNet50(Hershey):
    def __init__(self, bottleneck=0):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 7, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        before = 64
        for group, count in enumerate((3, 4, 6, 3)):
            width, blocks = 64 << group, []
            for i in range(count):
                blocks.append(ResidualBlock(before, width, 2 if group and not i else 1))
                before = 4 * width
            setattr(self, f"layer{group + 1}", nn.Sequential(*blocks))
        self.make_classifier("fc", before, bottleneck)

    def forward(self, x):
        x = functional.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, 2, 1)
        for group in range(1, 5):
            x = getattr(self, f"layer{group}")(x)
        return self.classify(x.mean(dim=(2, 3)))


class Unit(nn.Module):
    def __init__(self, before, channels, kernel, stride=1, same=True):
        super().__init__()
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = tuple(k // 2 for k in kernel) if same else 0
        self.conv = nn.Conv2d(before, channels, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(channels, eps=1e-3)

    def forward(self, x):
        return self.bn(self.conv(x)).relu()


class Mixed(nn.Module):
    """Branches of units, one after the other; the last of a branch may be a pair side by side.

    A branch is a list of (name, channels, kernel[, stride]); a pair is a list of two of them.
    """

    def __init__(self, before, branches, pool):
        super().__init__()
        self.order, self.pool, self.channels = [], pool, 0
        for branch in branches:
            channels, path = before, []
            for step in branch:
                pair = step if isinstance(step, list) else [step]
                names = []
                for name, width, kernel, *stride in pair:
                    setattr(self, name, Unit(channels, width, kernel, *stride, same=not stride))
                    names.append(name)
                channels = sum(s[1] for s in pair)
                path.append(names)
            self.order.append(path)
            self.channels += channels
        if pool:
            self.branch_pool = Unit(before, pool, 1)
        self.channels += pool or before

    def forward(self, x):
        outputs = []
        for path in self.order:
            y = x
            for names in path:
                y = torch.cat([getattr(self, name)(y) for name in names], 1)
            outputs.append(y)
        if self.pool:
            outputs.append(self.branch_pool(functional.avg_pool2d(x, 3, 1, 1)))
        else:
            outputs.append(functional.max_pool2d(x, 3, 2))
        return torch.cat(outputs, 1)


def branches_a():
    return [[("branch1x1", 64, 1)], [("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)],
            [("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3), ("branch3x3dbl_3", 96, 3)]]


def branches_b():
    return [[("branch3x3", 384, 3, 2)],
            [("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3), ("branch3x3dbl_3", 96, 3, 2)]]


def branches_c(width):
    row, column = (1, 7), (7, 1)
    twice = [(column, width), (row, width), (column, width), (row, 192)]
    return [[("branch1x1", 192, 1)],
            [("branch7x7_1", width, 1), ("branch7x7_2", width, row), ("branch7x7_3", 192, column)],
            [("branch7x7dbl_1", width, 1)] + [(f"branch7x7dbl_{i}", n, kernel)
                                              for i, (kernel, n) in enumerate(twice, 2)]]


def branches_d():
    return [[("branch3x3_1", 192, 1), ("branch3x3_2", 320, 3, 2)],
            [("branch7x7x3_1", 192, 1), ("branch7x7x3_2", 192, (1, 7)),
             ("branch7x7x3_3", 192, (7, 1)), ("branch7x7x3_4", 192, 3, 2)]]


def branches_e():
    def pair(name):
        return [(name + "a", 384, (1, 3)), (name + "b", 384, (3, 1))]

    return [[("branch1x1", 320, 1)], [("branch3x3_1", 384, 1), pair("branch3x3_2")],
            [("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3), pair("branch3x3dbl_3")]]


class InceptionV3(Hershey):
    def __init__(self, bottleneck=0):
        super().__init__()
        self.Conv2d_3b_1x1 = Unit(1, 80, 1)
        self.Conv2d_4a_3x3 = Unit(80, 192, 3, same=False)
        plan = {"Mixed_5b": (branches_a(), 32), "Mixed_5c": (branches_a(), 64),
                "Mixed_5d": (branches_a(), 64), "Mixed_6a": (branches_b(), 0),
                "Mixed_6b": (branches_c(128), 192), "Mixed_6c": (branches_c(160), 192),
                "Mixed_6d": (branches_c(160), 192), "Mixed_6e": (branches_c(192), 192),
                "Mixed_7a": (branches_d(), 0), "Mixed_7b": (branches_e(), 192),
                "Mixed_7c": (branches_e(), 192)}
        channels, self.names = 192, list(plan)
        for name, (branches, pool) in plan.items():
            setattr(self, name, Mixed(channels, branches, pool))
            channels = getattr(self, name).channels
        self.make_classifier("fc", channels, bottleneck)

    def forward(self, x):
        x = functional.max_pool2d(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)), 3, 2)
        for name in self.names:
            x = getattr(self, name)(x)
        return self.classify(x.mean(dim=(2, 3)))
