#pragma once

#include "melgraph/suggest.h"
