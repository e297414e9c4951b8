#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <torch/nn/module.h>

#include "melgraph/error.h"
#include "melgraph/weights.h"
#include "models_support.h"

namespace melgraph {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::TemporaryFile;

class Wide : public torch::nn::Module {
 public:
  explicit Wide(int parameters) {
    for (int i = 0; i < parameters; ++i) {
      register_parameter("p" + std::to_string(i), at::zeros({2, 3}));
    }
  }
};

std::string refusal(torch::nn::Module& module, const StateDict& state,
                    const std::vector<std::string>& optional = {}) {
  try {
    load_state(module, state, "some.safetensors", optional);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_graph);
    return error.what();
  }
  return {};
}

TEST(Weights, ComeBackAsTheyWereWritten) {
  const TemporaryFile file("weights.safetensors");
  StateDict state;
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong,
                                    at::kInt, at::kShort, at::kChar, at::kByte, at::kBool}) {
    state.tensors[toString(type)] = at::arange(6).view({2, 3}).to(type);
  }
  state.tensors["scalar"] = at::tensor(3.5f);
  state.tensors["empty"] = at::zeros({0, 4});
  state.tensors["transposed"] = at::randn({3, 2}).t();
  state.metadata["licence"] = "CC0";
  write_weights(file.path(), state);
  const StateDict read = read_weights(file.path());
  EXPECT_EQ(read.metadata, state.metadata);
  ASSERT_EQ(read.tensors.size(), state.tensors.size());
  for (const auto& [name, tensor] : state.tensors) {
    EXPECT_EQ(read.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(read.tensors.at(name), tensor)) << name;
  }
}

TEST(Weights, RefusesATypeThatSafetensorsLacks) {
  const TemporaryFile file("weights.safetensors");
  StateDict state;
  state.tensors["z"] = at::ones({1}).to(at::kComplexFloat);
  EXPECT_THROW(write_weights(file.path(), state), Error);
}

TEST(Weights, RefusesAFileWithATypeThatIsNotRead) {
  const TemporaryFile file("weights.safetensors");
  std::string header = R"({"steps":{"dtype":"U16","shape":[1],"data_offsets":[0,2]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  std::ofstream(file.path(), std::ios::binary) << bytes << header << std::string(2, '\0');
  try {
    read_weights(file.path());
    FAIL() << "U16 was read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("tensor `steps` has the data type U16"));
  }
}

TEST(LoadState, CopiesByNameAndConvertsTypes) {
  Wide module(1);
  StateDict state;
  state.tensors["p0"] = at::ones({2, 3}).to(at::kHalf);
  load_state(module, state, "some.safetensors");
  EXPECT_TRUE(at::equal(module.parameters()[0], at::ones({2, 3})));
}

TEST(LoadState, ListsAtMostTwelveOfAKind) {
  Wide module(15);
  const std::string message = refusal(module, {});
  EXPECT_THAT(message, HasSubstr("some.safetensors does not fit"));
  EXPECT_THAT(message, HasSubstr("missing in the file (15):"));
  EXPECT_THAT(message, HasSubstr("p11 [2, 3]"));
  EXPECT_THAT(message, Not(HasSubstr("p12")));
  EXPECT_THAT(message, HasSubstr("and 3 more"));
}

TEST(LoadState, ChangesNothingWhereANameDoesNotFit) {
  Wide module(2);
  StateDict state;
  state.tensors["p0"] = at::ones({2, 3});
  EXPECT_THAT(refusal(module, state), HasSubstr("p1"));
  EXPECT_EQ(module.parameters()[0].sum().item<float>(), 0);
}

TEST(LoadState, OptionalNamesMayBeMissingOrAdded) {
  Wide module(1);
  StateDict state;
  state.tensors["head.weight"] = at::ones({1});
  EXPECT_EQ(refusal(module, state, {"head.*", "p0"}), "");
  EXPECT_THAT(refusal(module, state, {"head*x", "p0"}), HasSubstr("head.weight"));
}

}  // namespace
}  // namespace melgraph
