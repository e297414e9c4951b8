#pragma once

#include <string>

#include "models/networks/builder.h"
#include "models/networks/network_type.h"

// What the five networks of "CNN Architectures for Large-Scale Audio Classification" share.

namespace melgraph {

/// End a network in its classifier `name`, behind the bottleneck where one is asked for.
Network hershey_classifier(NetworkBuilder& builder, int embedding, const std::string& name,
                           const NetworkOptions& options, Init init = Init::torch,
                           double init_scale = 0);

/// Describe a network of the paper; `structure` says what it is and what the paper changed.
NetworkType hershey_type(const char* id, const char* summary, const char* structure,
                         Network (*build)(const NetworkOptions&));

}  // namespace melgraph
