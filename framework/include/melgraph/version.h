#pragma once

// The build system reads these numbers: change them here only.
#define MELGRAPH_VERSION_MAJOR 0
#define MELGRAPH_VERSION_MINOR 1
#define MELGRAPH_VERSION_PATCH 0
#define MELGRAPH_VERSION "0.1.0"

/// Version of the plugin interface: a plugin loads where the major numbers are equal and its minor
/// number is not above the host's.
#define MELGRAPH_API_MAJOR 3
#define MELGRAPH_API_MINOR 0
