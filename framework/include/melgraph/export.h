#pragma once

/// Marks what `libmelgraph.so` exports; everything else is hidden.
#define MELGRAPH_API __attribute__((visibility("default")))
