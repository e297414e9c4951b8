"""Networks over sound in PyTorch, from what their authors published, with the published names.

Second implementations: what the project's own lists of layers are compared with. `forward` gives a
pair: the logits (None where there are none) and the embedding.
"""
from torch import nn
from torch.nn import functional


class Vggish(nn.Module):
    """Six convolutions and three linear layers over [1, 96, 64]; flattened with channels last."""

    def __init__(self, frames=96, bands=64):
        super().__init__()
        layers, before = [], 1
        for channels in (64, None, 128, None, 256, 256, None, 512, 512, None):
            if channels is None:
                layers.append(nn.MaxPool2d(2, 2))
            else:
                layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
                before = channels
        self.features = nn.Sequential(*layers)
        self.embeddings = nn.Sequential(
            nn.Linear((frames // 16) * (bands // 16) * 512, 4096), nn.ReLU(),
            nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 128), nn.ReLU())

    def forward(self, x):
        x = self.features(x).permute(0, 2, 3, 1).flatten(1)
        return None, self.embeddings[:-1](x)


class PannsBlock(nn.Module):
    def __init__(self, before, channels, kernel, twice):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, kernel, padding=kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        if twice:
            self.conv2 = nn.Conv2d(channels, channels, kernel, padding=kernel // 2, bias=False)
            self.bn2 = nn.BatchNorm2d(channels)
        self.twice = twice

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        return self.bn2(self.conv2(x)).relu() if self.twice else x


class Panns(nn.Module):
    """Features [1, time, mel], each band normalised; mean over bands, mean + maximum over time."""

    def __init__(self, embedding, classes=527, bands=64):
        super().__init__()
        self.bn0 = nn.BatchNorm2d(bands)
        self.make_features()
        self.fc1 = nn.Linear(embedding[0], embedding[1])
        self.fc_audioset = nn.Linear(embedding[1], classes)

    def forward(self, x):
        x = self.bn0(x.transpose(1, 3)).transpose(1, 3)
        x = self.run_features(x).mean(dim=3)
        x = self.fc1(x.amax(dim=2) + x.mean(dim=2)).relu()
        return self.fc_audioset(x), x


class PannsCnn(Panns):
    def __init__(self, channels, kernel, twice):
        self.channels, self.kernel, self.twice = channels, kernel, twice
        super().__init__((channels[-1], channels[-1]))

    def make_features(self):
        self.blocks = []
        for number, (before, channels) in enumerate(zip((1, *self.channels), self.channels), 1):
            self.blocks.append(f"conv_block{number}")
            setattr(self, self.blocks[-1], PannsBlock(before, channels, self.kernel, self.twice))

    def run_features(self, x):
        for number, name in enumerate(self.blocks, 1):
            x = getattr(self, name)(x)
            if number < 6:
                x = functional.avg_pool2d(x, 2)
        return x


class PannsMobileNetV1(Panns):
    def __init__(self):
        super().__init__((1024, 1024))

    def make_features(self):
        def pooled(before, channels, groups, stride):
            return [nn.Conv2d(before, channels, 3, padding=1, groups=groups, bias=False),
                    nn.AvgPool2d(stride), nn.BatchNorm2d(channels), nn.ReLU()]

        def separable(before, channels, stride):
            return nn.Sequential(*pooled(before, before, before, stride),
                                 nn.Conv2d(before, channels, 1, bias=False),
                                 nn.BatchNorm2d(channels), nn.ReLU())

        plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + 5 * [(512, 1)]
        plan += [(1024, 2), (1024, 1)]
        blocks, before = [nn.Sequential(*pooled(1, 32, 1, 2))], 32
        for channels, stride in plan:
            blocks.append(separable(before, channels, stride))
            before = channels
        self.features = nn.Sequential(*blocks)

    def run_features(self, x):
        return self.features(x)


class Squeeze(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        gate = nn.Module()
        gate.fc1, gate.fc2 = nn.Linear(channels, squeezed), nn.Linear(squeezed, channels)
        self.conc_se_layers = nn.ModuleList([gate])

    def forward(self, x):
        gate = self.conc_se_layers[0]
        factors = gate.fc2(gate.fc1(x.mean(dim=(2, 3))).relu()).sigmoid()
        return x * factors[:, :, None, None]


class Mn10(nn.Module):
    """MobileNetV3-Large over [1, mel, time]; takes [1, time, mel]."""

    # kernel, expanded, channels, squeezed, activation, stride
    PLAN = [(3, 16, 16, 0, nn.ReLU, 1), (3, 64, 24, 0, nn.ReLU, 2), (3, 72, 24, 0, nn.ReLU, 1),
            (5, 72, 40, 24, nn.ReLU, 2), (5, 120, 40, 32, nn.ReLU, 1),
            (5, 120, 40, 32, nn.ReLU, 1), (3, 240, 80, 0, nn.Hardswish, 2),
            (3, 200, 80, 0, nn.Hardswish, 1), (3, 184, 80, 0, nn.Hardswish, 1),
            (3, 184, 80, 0, nn.Hardswish, 1), (3, 480, 112, 120, nn.Hardswish, 1),
            (3, 672, 112, 168, nn.Hardswish, 1), (5, 672, 160, 168, nn.Hardswish, 2),
            (5, 960, 160, 240, nn.Hardswish, 1), (5, 960, 160, 240, nn.Hardswish, 1)]

    def __init__(self, classes=527):
        super().__init__()

        def unit(before, channels, kernel, stride=1, groups=1, activation=None):
            layers = [nn.Conv2d(before, channels, kernel, stride, kernel // 2, groups=groups,
                                bias=False),
                      nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)]
            return nn.Sequential(*layers, *([activation()] if activation else []))

        layers, before = [unit(1, 16, 3, 2, activation=nn.Hardswish)], 16
        self.residual = []
        for kernel, expanded, channels, squeezed, activation, stride in self.PLAN:
            parts = []
            if expanded != before:
                parts.append(unit(before, expanded, 1, activation=activation))
            parts.append(unit(expanded, expanded, kernel, stride, expanded, activation))
            if squeezed:
                parts.append(Squeeze(expanded, squeezed))
            parts.append(unit(expanded, channels, 1))
            block = nn.Module()
            block.block = nn.Sequential(*parts)
            layers.append(block)
            self.residual.append(stride == 1 and before == channels)
            before = channels
        layers.append(unit(before, 960, 1, activation=nn.Hardswish))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                                        nn.Linear(960, 1280), nn.Hardswish(), nn.Dropout(0.0),
                                        nn.Linear(1280, classes))

    def forward(self, x):
        x = self.features[0](x.transpose(2, 3))
        for layer, residual in zip(self.features[1:-1], self.residual):
            x = layer.block(x) + x if residual else layer.block(x)
        x = self.features[-1](x)
        return self.classifier(x), x.mean(dim=(2, 3))


class SampleCnn(nn.Module):
    def __init__(self, classes=50):
        super().__init__()
        plan = [(128, 3, 3), (128, 3, 1), (128, 3, 1)] + 6 * [(256, 3, 1)]
        plan += [(512, 3, 1), (512, 1, 1)]
        before, self.names = 1, []
        for number, (channels, kernel, stride) in enumerate(plan, 1):
            layers = [nn.Conv1d(before, channels, kernel, stride, kernel // 2 if stride == 1 else 0),
                      nn.BatchNorm1d(channels, eps=1e-3, momentum=0.01), nn.ReLU()]
            if 1 < number < len(plan):
                layers.append(nn.MaxPool1d(3))
            self.names.append(f"conv{number}")
            setattr(self, self.names[-1], nn.Sequential(*layers))
            before = channels
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        for name in self.names:
            x = getattr(self, name)(x)
        x = x.flatten(1)
        return self.fc(x), x


class EnvNetV2(nn.Module):
    """Convolutions along time first; their channels become an axis of space, as of a picture."""

    # channels, kernel, stride; or the window of a pooling
    TIME = [(32, (1, 64), (1, 2)), (64, (1, 16), (1, 2)), (1, 64)]
    SPACE = [(32, (8, 8), 1), (32, (8, 8), 1), (5, 3), (64, (1, 4), 1), (64, (1, 4), 1), (1, 2),
             (128, (1, 2), 1), (128, (1, 2), 1), (1, 2), (256, (1, 2), 1), (256, (1, 2), 1), (1, 2)]

    def __init__(self, classes=50):
        super().__init__()
        number = 0
        for plan in (self.TIME, self.SPACE):
            before = 1
            for step in plan:
                if len(step) == 2:
                    continue
                number += 1
                unit = nn.Module()
                unit.conv = nn.Conv2d(before, step[0], step[1], step[2], bias=False)
                unit.bn = nn.BatchNorm2d(step[0], eps=2e-5)
                setattr(self, f"conv{number}", unit)
                before = step[0]
        self.fc11 = nn.Linear(256 * 10 * 8, 4096)
        self.fc12 = nn.Linear(4096, 4096)
        self.fc13 = nn.Linear(4096, classes)

    def forward(self, x):
        x, number = x.unsqueeze(2), 0
        for plan in (self.TIME, self.SPACE):
            for step in plan:
                if len(step) == 2:
                    x = functional.max_pool2d(x, step, ceil_mode=True)
                    continue
                number += 1
                unit = getattr(self, f"conv{number}")
                x = unit.bn(unit.conv(x)).relu()
            if plan is self.TIME:
                x = x.transpose(1, 2)
        x = self.fc12(self.fc11(x.flatten(1)).relu()).relu()
        return self.fc13(x), x
