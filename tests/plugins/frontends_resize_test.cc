#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include "frontends/spectral/image.h"

namespace melgraph_frontends {
namespace {

TEST(FrontendsTimeResize, AgreesWithTorchForEveryRatio) {
  for (const std::int64_t from : {1, 2, 81, 101, 201, 250, 501, 3009}) {
    for (const std::int64_t to : {1, 3, 250, 1500}) {
      ImageConfig image;
      image.width = to;
      image.height = 16;
      const at::Tensor features = at::rand({2, 3, from, 16}, at::kFloat);
      const at::Tensor own = ImageResize(image).run(features);
      const at::Tensor exact =
          at::_upsample_bilinear2d_aa(features.to(at::kDouble), {to, 16}, false);
      EXPECT_LT(own.to(at::kDouble).sub(exact).abs().max().item<double>(), 1e-6)
          << from << " to " << to;
    }
  }
}

TEST(FrontendsTimeResize, ABatchGivesTheBitsOfItsItems) {
  ImageConfig image;
  image.width = 250;
  const at::Tensor features = at::rand({5, 1, 201, 128}, at::kFloat);
  const at::Tensor batch = ImageResize(image).run(features);
  for (std::int64_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(at::equal(batch.narrow(0, i, 1), ImageResize(image).run(features.narrow(0, i, 1))));
  }
}

TEST(FrontendsTimeResize, WritesIntoItsPlaceAmongOtherImages) {
  ImageConfig image;
  image.width = 50;
  ImageResize resize(image);
  const at::Tensor features = at::rand({3, 2, 81, 16}, at::kFloat);
  const at::Tensor all = at::full({3, 6, 50, 16}, -1, at::kFloat);
  const at::Tensor place = all.narrow(1, 2, 2);
  EXPECT_TRUE(resize.run(features, place).is_same(place));
  EXPECT_TRUE(at::equal(place, ImageResize(image).run(features)));
  EXPECT_TRUE(all.narrow(1, 0, 2).eq(-1).all().item<bool>());
  EXPECT_TRUE(all.narrow(1, 4, 2).eq(-1).all().item<bool>());
}

}  // namespace
}  // namespace melgraph_frontends
