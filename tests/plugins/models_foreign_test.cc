#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdlib>
#include <fstream>

#include "melgraph/testing/node_runner.h"
#include "models/foreign/contract.h"
#include "models/foreign/foreign_node.h"
#include "models_support.h"

namespace melgraph {
namespace {

using testing::features_spec;
using ::testing::HasSubstr;
using testing::largest_difference;
using testing::NodeRunner;
using testing::TemporaryFile;

class TorchScriptNode : public ::testing::Test {
 protected:
  TorchScriptNode() : file("network.pt") {}

  /// Save a network of the given code and make a runner for it, with the user's trust.
  NodeRunner runner(const std::string& code) {
    torch::jit::Module network("network");
    network.define(code);
    network.save(file.string());
    NodeRunner made(describe_torchscript(), infer_foreign, make_torchscript);
    made.set("file", file.string()).set("classes", 4).trust_code();
    made.connect("features", features_spec(1, 3, 4));
    return made;
  }

  /// Run a batch and return the message of the error that it must give.
  static std::string failure(NodeRunner& node) {
    try {
      node.run(at::randn({2, 1, 3, 4}));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::run_time);
      return error.what();
    }
    ADD_FAILURE() << "there was no error";
    return {};
  }

  const std::string mean = "def forward(self, x):\n  return x.mean([1, 2])\n";
  TemporaryFile file;
};

TEST_F(TorchScriptNode, RunsForwardAndTheActivation) {
  const at::Tensor x = at::randn({2, 1, 3, 4});
  const at::Tensor expected = x.mean({1, 2});
  EXPECT_LT(largest_difference(runner(mean).run(x), expected), 1e-6f);
  EXPECT_LT(
      largest_difference(runner(mean).set("activation", "softmax").run(x), expected.softmax(1)),
      1e-6f);
  NodeRunner sigmoid = runner(mean);
  const auto outputs = sigmoid.set("activation", "sigmoid").process({{"features", {x}}});
  EXPECT_LT(largest_difference(outputs.at("scores"), expected.sigmoid()), 1e-6f);
  EXPECT_LT(largest_difference(outputs.at("logits"), expected), 1e-6f);
}

TEST_F(TorchScriptNode, TakesTheFirstOfATuple) {
  NodeRunner node = runner("def forward(self, x):\n  return (x.mean([1, 2]), x)\n");
  EXPECT_EQ(node.run(at::randn({2, 1, 3, 4})).sizes(), at::IntArrayRef({2, 4}));
}

TEST_F(TorchScriptNode, DoesNotOpenAFileThatIsNotTrusted) {
  NodeRunner node = runner(mean);
  node.trust_code(false);
  ASSERT_TRUE(node.infer()) << node.findings_text();
  // Not even read: the same refusal comes where there is no such file.
  std::filesystem::remove(file.path());
  try {
    node.open();
    FAIL() << "code ran without trust";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("TorchScript, a program"));
    EXPECT_THAT(error.hint(), HasSubstr("--trust-code"));
  }
}

TEST_F(TorchScriptNode, RefusesAFileThatIsNoArchive) {
  NodeRunner node = runner(mean);
  std::ofstream(file.path()) << "no archive";
  try {
    node.open();
    FAIL() << "nonsense was opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_graph);
    EXPECT_THAT(error.what(), HasSubstr("is no TorchScript archive"));
  }
}

TEST_F(TorchScriptNode, SaysWhichShapeItWanted) {
  NodeRunner node = runner("def forward(self, x):\n  return x.mean([1])\n");
  EXPECT_THAT(failure(node), HasSubstr("forward gave [2, 3, 4] for an input of [2, 1, 3, 4], "
                                       "wanted [2, 4]"));
}

TEST_F(TorchScriptNode, RefusesAnOutputThatIsNoTensorOfNumbers) {
  NodeRunner number = runner("def forward(self, x):\n  return 1\n");
  EXPECT_THAT(failure(number), HasSubstr("wanted a tensor"));
  NodeRunner integers = runner("def forward(self, x):\n  return x.mean([1, 2]).long()\n");
  EXPECT_THAT(failure(integers), HasSubstr("wanted floating point numbers"));
}

TEST_F(TorchScriptNode, PassesOnTheReasonOfAFailure) {
  NodeRunner node = runner("def forward(self, x):\n  return x.reshape([7, 7])\n");
  EXPECT_THAT(failure(node), HasSubstr("forward failed"));
}

TEST_F(TorchScriptNode, DoesNotLetTheProgramChangeItsInput) {
  NodeRunner node = runner("def forward(self, x):\n  return x.zero_().mean([1, 2])\n");
  const at::Tensor x = at::randn({2, 1, 3, 4});
  const at::Tensor before = x.clone();
  node.run(x);
  EXPECT_EQ(largest_difference(x, before), 0);
}

TEST_F(TorchScriptNode, NeedsTheNumberOfClasses) {
  NodeRunner node(describe_torchscript(), infer_foreign, make_torchscript);
  node.set("file", "network.pt").connect("features", features_spec(1, 3, 4));
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("number of classes is unknown"));
  node.set("labels", std::vector<std::string>{"a", "b"});
  EXPECT_TRUE(node.infer()) << node.findings_text();
  node.set("classes", 3);
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("there are 2 labels, but `classes` is 3"));
}

TEST_F(TorchScriptNode, DescriptorSaysThatItRunsCode) {
  EXPECT_TRUE(describe_torchscript().runs_code);
}

std::string failure_of_package(NodeRunner& node) {
  try {
    node.open();
  } catch (const Error& error) {
    return error.what() + std::string("; ") + error.hint();
  }
  return "no error";
}

NodeRunner package_runner(const std::string& file) {
  NodeRunner made(describe_aoti(), infer_foreign, make_aoti);
  made.set("file", file).set("classes", 3).trust_code();
  made.connect("features", features_spec(1, 96, 64));
  return made;
}

TEST(AotiNode, DoesNotOpenAFileThatIsNotTrusted) {
  NodeRunner node = package_runner("there-is-none.pt2");
  node.trust_code(false);
  EXPECT_THAT(failure_of_package(node), HasSubstr("an AOTInductor package, a program"));
}

TEST(AotiNode, SaysThatAFileIsNoPackage) {
  TemporaryFile file("network.pt2");
  std::ofstream(file.path()) << "not a package at all";
  NodeRunner node = package_runner(file.string());
  EXPECT_THAT(failure_of_package(node), HasSubstr("is no AOTInductor package of this LibTorch"));
}

// tests/reference/aoti_package.py makes a package where Python has PyTorch, and runs this with it.
TEST(AotiNode, RunsAPackageForAnyNumberOfItems) {
  const char* package = std::getenv("MELGRAPH_TEST_PACKAGE");
  if (package == nullptr) GTEST_SKIP() << "MELGRAPH_TEST_PACKAGE names no package";
  NodeRunner node = package_runner(package);
  const at::Tensor x = at::rand({5, 1, 96, 64});
  const at::Tensor five = node.run(x);
  EXPECT_EQ(five.sizes(), at::IntArrayRef({5, 3}));
  EXPECT_LT(largest_difference(node.run(x.narrow(0, 1, 2)), five.narrow(0, 1, 2)), 1e-5F);
  NodeRunner wrong(describe_aoti(), infer_foreign, make_aoti);
  wrong.set("file", package).set("classes", 3).trust_code();
  wrong.connect("features", features_spec(1, 96, 32));
  try {
    wrong.run(at::rand({2, 1, 96, 32}));
    FAIL() << "a wrong size was computed";
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), HasSubstr("exported for other sizes than [2, 1, 96, 32]"));
  }
}

}  // namespace
}  // namespace melgraph
