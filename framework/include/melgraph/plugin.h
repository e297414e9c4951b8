#pragma once

#include <torch/headeronly/version.h>

#include <cstdint>
#include "melgraph/export.h"
#include "melgraph/node.h"
#include "melgraph/node_type.h"
#include "melgraph/sink.h"
#include "melgraph/version.h"

namespace melgraph {

/// What must agree between a plugin library and its host; plain data, read before any call.
struct AbiStamp {
  char magic[8];  ///< "melgraph"
  std::uint32_t struct_size;
  std::uint32_t api_major;
  std::uint32_t api_minor;
  std::uint32_t cxx11_abi;
  std::uint32_t sanitizers;  ///< bit 0 address, bit 1 thread
  std::uint32_t library_assertions;  ///< bit 0 _GLIBCXX_ASSERTIONS, bit 1 _GLIBCXX_DEBUG
  std::uint32_t compiler_major;
  std::uint32_t reserved;
  char standard_library[32];
  char libtorch[32];
  char melgraph[32];
};

/// Return the stamp of the translation unit that calls it.
constexpr AbiStamp make_abi_stamp() {
  AbiStamp stamp{};
  const auto copy = [](char* to, const char* from, int size) {
    for (int i = 0; i + 1 < size && from[i] != 0; ++i) to[i] = from[i];
  };
  const char magic[] = "melgraph";
  for (int i = 0; i < 8; ++i) stamp.magic[i] = magic[i];
  stamp.struct_size = sizeof(AbiStamp);
  stamp.api_major = MELGRAPH_API_MAJOR;
  stamp.api_minor = MELGRAPH_API_MINOR;
  stamp.cxx11_abi = _GLIBCXX_USE_CXX11_ABI;
#ifdef __SANITIZE_ADDRESS__
  stamp.sanitizers |= 1;
#endif
#ifdef __SANITIZE_THREAD__
  stamp.sanitizers |= 2;
#endif
#ifdef _GLIBCXX_ASSERTIONS
  stamp.library_assertions |= 1;
#endif
#ifdef _GLIBCXX_DEBUG
  stamp.library_assertions |= 2;
#endif
  stamp.compiler_major = __GNUC__;
  copy(stamp.standard_library, "libstdc++", 32);
  copy(stamp.libtorch, TORCH_VERSION, 32);
  copy(stamp.melgraph, MELGRAPH_VERSION, 32);
  return stamp;
}

}  // namespace melgraph

/// Define the two symbols that a plugin library exports. Use once a library:
/// `MELGRAPH_PLUGIN(registrar) { registrar.add<LogMel>(describe_log_mel(), infer_log_mel); }`
#define MELGRAPH_PLUGIN(registrar)                                                        \
  extern "C" MELGRAPH_API const ::melgraph::AbiStamp melgraph_plugin_abi;                 \
  const ::melgraph::AbiStamp melgraph_plugin_abi = ::melgraph::make_abi_stamp();          \
  extern "C" MELGRAPH_API void melgraph_plugin_register(::melgraph::Registrar& registrar); \
  void melgraph_plugin_register(::melgraph::Registrar& registrar)
