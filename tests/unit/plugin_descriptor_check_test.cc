#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "melgraph/node_type.h"
#include "melgraph/sink.h"
#include "plugin/descriptor_check.h"

namespace melgraph {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A description with everything in it, and nothing wrong.
Descriptor good() {
  Descriptor descriptor;
  descriptor.id = "frontend.mel";
  descriptor.summary = "Log-mel spectrogram";
  descriptor.inputs = {{"audio", "", {Kind::audio}, {"window", "channel", "sample"}}};
  descriptor.outputs = {{"features", ""}};
  descriptor.params = {
      ParamSpec::integer("n_fft", "FFT length").range(2, 65536).in("samples").otherwise(512),
      ParamSpec::number("f_min", "lowest frequency").at_least(0).otherwise(0),
      ParamSpec::string("log", "kind of logarithm").one_of({"ln", "db"}).otherwise("ln"),
      ParamSpec::file("weights", "weights file").is_required(),
      ParamSpec::labels("labels", "class names").or_null(),
  };
  Preset preset;
  preset.name = "panns-32k";
  preset.values = {{"n_fft", std::int64_t{1024}}, {"f_min", 50.0}, {"log", std::string("db")}};
  descriptor.presets = {preset};
  return descriptor;
}

/// Check the good description after one change.
std::string after(const std::function<void(Descriptor&)>& change) {
  Descriptor descriptor = good();
  change(descriptor);
  return check_descriptor(descriptor);
}

TEST(PluginDescriptorCheck, AcceptsAGoodDescription) {
  EXPECT_EQ(check_descriptor(good()), "");
}

TEST(PluginDescriptorCheck, RefusesIdsOfAnotherForm) {
  for (const char* id : {"", "mel", "Frontend.mel", "frontend.", ".mel", "a..b", "a.b c", "a.b-c",
                         "a.b\n", "a/b.c"}) {
    EXPECT_THAT(after([&](Descriptor& d) { d.id = id; }), HasSubstr("is not of the form")) << id;
  }
  for (const char* id : {"a.b", "frontend.mel_2", "vendor.kind.name"}) {
    EXPECT_EQ(after([&](Descriptor& d) { d.id = id; }), "") << id;
  }
}

TEST(PluginDescriptorCheck, RefusesAMissingOrLongSummaryAndBadVersion) {
  EXPECT_THAT(after([](Descriptor& d) { d.summary = ""; }), HasSubstr("summary"));
  EXPECT_THAT(after([](Descriptor& d) { d.summary = "two\nlines"; }), HasSubstr("summary"));
  EXPECT_THAT(after([](Descriptor& d) { d.summary = "\xff"; }), HasSubstr("summary"));
  EXPECT_THAT(after([](Descriptor& d) { d.semantic_version = 0; }), HasSubstr("semantic_version"));
}

TEST(PluginDescriptorCheck, RefusesBadPorts) {
  EXPECT_THAT(after([](Descriptor& d) { d.inputs.clear(); }), HasSubstr("no inputs"));
  EXPECT_THAT(after([](Descriptor& d) { d.outputs.clear(); }), HasSubstr("no outputs"));
  EXPECT_THAT(after([](Descriptor& d) { d.inputs.push_back(d.inputs[0]); }),
              HasSubstr("input \"audio\" is declared twice"));
  EXPECT_THAT(after([](Descriptor& d) { d.outputs.push_back(d.outputs[0]); }),
              HasSubstr("output \"features\" is declared twice"));
  EXPECT_THAT(after([](Descriptor& d) { d.inputs[0].name = "a.b"; }), HasSubstr("must be named"));
  EXPECT_THAT(after([](Descriptor& d) { d.outputs[0].name = ""; }), HasSubstr("must be named"));
  EXPECT_THAT(after([](Descriptor& d) { d.inputs[0].kinds.clear(); }), HasSubstr("no kind"));
}

TEST(PluginDescriptorCheck, RefusesBadAxes) {
  const auto with_axes = [](std::vector<std::string> axes) {
    return after([&](Descriptor& d) { d.inputs[0].axes = axes; });
  };
  EXPECT_EQ(with_axes({"window|clip", "*", "..."}), "");
  EXPECT_THAT(with_axes({}), HasSubstr("has no axes"));
  EXPECT_THAT(with_axes({"window", "...", "class"}), HasSubstr("not the last"));
  EXPECT_THAT(with_axes({"..."}), HasSubstr("not the last"));
  EXPECT_THAT(with_axes({"window|", "class"}), HasSubstr("\"window|\""));
  EXPECT_THAT(with_axes({"Window"}), HasSubstr("\"Window\""));
}

TEST(PluginDescriptorCheck, RefusesBadParameters) {
  const auto with_param = [](const ParamSpec& spec) {
    return after([&](Descriptor& d) { d.params.push_back(spec); });
  };
  EXPECT_THAT(with_param(ParamSpec::integer("n_fft", "again").otherwise(2)),
              AllOf(HasSubstr("frontend.mel: "), HasSubstr("\"n_fft\" is declared twice")));
  EXPECT_THAT(with_param(ParamSpec::integer("preset", "mine").otherwise(2)),
              HasSubstr("is the host's"));
  EXPECT_THAT(with_param(ParamSpec::integer("N", "size").otherwise(2)), HasSubstr("must be named"));
  EXPECT_THAT(with_param(ParamSpec::integer("n", "").otherwise(2)), HasSubstr("documentation"));
  EXPECT_THAT(with_param(ParamSpec::integer("n", "size")), HasSubstr("needs a default"));
  EXPECT_THAT(with_param(ParamSpec::integer("n", "size").otherwise(1).is_required()),
              HasSubstr("required and has a default"));
  EXPECT_THAT(with_param(ParamSpec::integer("n", "size").range(3, 2).is_required()),
              HasSubstr("empty range"));
  EXPECT_THAT(with_param(ParamSpec::number("n", "size").range(NAN, 2).is_required()),
              HasSubstr("empty range"));
  EXPECT_THAT(with_param(ParamSpec::string("s", "text").at_least(3).is_required()),
              HasSubstr("has a range"));
  EXPECT_THAT(with_param(ParamSpec::integer("n", "size").one_of({"1"}).is_required()),
              HasSubstr("has choices"));
}

TEST(PluginDescriptorCheck, RefusesDefaultsThatTheParameterDoesNotAllow) {
  const auto with_param = [](const ParamSpec& spec) {
    return after([&](Descriptor& d) { d.params.push_back(spec); });
  };
  EXPECT_THAT(with_param(ParamSpec::integer("n", "size").range(2, 8).otherwise(1)),
              AllOf(HasSubstr("\"n\" has a default that it does not allow"), HasSubstr("2..8")));
  EXPECT_THAT(with_param(ParamSpec::string("s", "text").one_of({"a", "b"}).otherwise("c")),
              HasSubstr("a, b"));
  EXPECT_THAT(with_param(ParamSpec::integer("n", "size").otherwise("text")),
              HasSubstr("an integer"));
  EXPECT_THAT(with_param(ParamSpec::integer("n", "size").otherwise(ParamValue())),
              HasSubstr("not null"));
  // A getter of numbers would not find it.
  EXPECT_THAT(with_param(ParamSpec::number("x", "size").otherwise(ParamValue(std::int64_t{1}))),
              HasSubstr("must be number"));
}

TEST(PluginDescriptorCheck, RefusesBadPresets) {
  EXPECT_THAT(after([](Descriptor& d) { d.presets.push_back(d.presets[0]); }),
              HasSubstr("\"panns-32k\" is declared twice"));
  EXPECT_THAT(after([](Descriptor& d) { d.presets[0].name = "a b"; }), HasSubstr("must be named"));
  EXPECT_THAT(after([](Descriptor& d) { d.presets[0].version = 0; }), HasSubstr("version"));
  EXPECT_THAT(after([](Descriptor& d) { d.presets[0].values.emplace_back("n_ftt", 1.0); }),
              HasSubstr("\"n_ftt\", which is no parameter"));
  EXPECT_THAT(after([](Descriptor& d) { d.presets[0].values.emplace_back("f_min", 1.0); }),
              HasSubstr("\"f_min\" twice"));
  EXPECT_THAT(after([](Descriptor& d) { d.presets[0].values[0].second = std::int64_t{1}; }),
              AllOf(HasSubstr("preset \"panns-32k\""), HasSubstr("out of range")));
}

TEST(PluginDescriptorCheck, SinksHaveOneInputAndNoOutput) {
  const auto sink = [](Descriptor& d) {
    d.scope = Scope::sink;
    d.outputs.clear();
  };
  EXPECT_EQ(after(sink), "");
  EXPECT_THAT(after([](Descriptor& d) { d.scope = Scope::sink; }), HasSubstr("no outputs"));
  EXPECT_THAT(after([&](Descriptor& d) {
                sink(d);
                d.inputs.push_back({"more", "", {Kind::scores}, {"clip"}});
              }),
              HasSubstr("exactly one input"));
}

TEST(PluginDescriptorCheck, NodeTypeNeedsItsFunctionsAndTheRightOne) {
  NodeType type;
  type.descriptor = good();
  EXPECT_THAT(check_node_type(type), HasSubstr("no infer function"));
  type.infer = [](InferContext&) {};
  EXPECT_THAT(check_node_type(type), HasSubstr("exactly one function"));
  type.make_sink = []() -> std::unique_ptr<Sink> { return nullptr; };
  EXPECT_THAT(check_node_type(type), HasSubstr("its scope is window, but it makes a sink"));
  type.descriptor.scope = Scope::sink;
  type.descriptor.outputs.clear();
  EXPECT_EQ(check_node_type(type), "");
}

}  // namespace
}  // namespace melgraph
