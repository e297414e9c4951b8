#pragma once

#include <string>

#include "melgraph/plugin.h"

namespace melgraph {

/// Return the stamp of libmelgraph itself.
const AbiStamp& host_stamp();

/// Say why a plugin with this stamp must not be called by this host, as one line with what to do;
/// empty where it may. Reads no further than `plugin` says it is long.
std::string check_stamp(const AbiStamp& plugin, const AbiStamp& host);

/// Write what a host wants a plugin to agree with, to compare hosts.
std::string to_text(const AbiStamp& stamp);

/// Write what a plugin was compiled with, for people; only of one that `check_stamp` has passed.
std::string built_for(const AbiStamp& stamp);

}  // namespace melgraph
