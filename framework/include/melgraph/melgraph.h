#pragma once

/// Everything a host program needs: `Engine`, `Graph`, `Session`, `Result`, `Error`.
#include "melgraph/engine.h"
#include "melgraph/version.h"
