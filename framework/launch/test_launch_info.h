#pragma once

#include "launch_info.h"

/// Give the launch information of the running test program; valid from its start to its end.
const melgraph_launch_info& melgraph_test_launch_info();
