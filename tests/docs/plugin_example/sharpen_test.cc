#include "sharpen.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <melgraph/testing/node_runner.h>

using namespace melgraph;
using melgraph::testing::NodeRunner;
using melgraph::testing::scores_spec;

TEST(Sharpen, RaisesScoresAndKeepsTheirSum) {
  NodeRunner runner(describe_sharpen(), infer_sharpen, make_sharpen);
  runner.set("power", 2.0).connect("scores", scores_spec(Kind::scores, 2));
  const at::Tensor result = runner.run(at::tensor({0.8f, 0.4f}).view({1, 2}));
  EXPECT_FLOAT_EQ(result[0][0].item<float>(), 0.8f);
  EXPECT_FLOAT_EQ(result[0][1].item<float>(), 0.2f);
}

TEST(Sharpen, RefusesAPowerOfZero) {
  NodeRunner runner(describe_sharpen(), infer_sharpen, make_sharpen);
  runner.set("power", 0.0).connect("scores", scores_spec(Kind::scores, 2));
  EXPECT_FALSE(runner.infer());
}
