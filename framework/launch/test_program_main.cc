// Entry point of GoogleTest programs that need LibTorch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_launch_info.h"

namespace {

const melgraph_launch_info* current_info = nullptr;

}  // namespace

const melgraph_launch_info& melgraph_test_launch_info() {
  return *current_info;
}

extern "C" MELGRAPH_PROGRAM_EXPORT int melgraph_program_main(int argc, char** argv,
                                                             const melgraph_launch_info* info) {
  current_info = info;
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
