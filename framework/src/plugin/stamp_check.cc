#include "plugin/stamp_check.h"

#include <cstring>

namespace melgraph {

namespace {

const char* const rebuild = ": rebuild it with find_package(melgraph)";

template <std::size_t size>
std::string text_of(const char (&field)[size]) {
  return std::string(field, strnlen(field, size));
}

std::string api_of(const AbiStamp& stamp) {
  return std::to_string(stamp.api_major) + "." + std::to_string(stamp.api_minor);
}

std::string sanitizers_of(std::uint32_t bits) {
  if (bits == 0) return "no sanitizer";
  std::string names;
  if ((bits & 1) != 0) names = "AddressSanitizer";
  if ((bits & 2) != 0) names += names.empty() ? "ThreadSanitizer" : " and ThreadSanitizer";
  return names.empty() ? "an unknown sanitizer" : names;
}

std::string differs(const std::string& plugin, const std::string& host) {
  return "built for " + plugin + ", this is " + host + rebuild;
}

}  // namespace

const AbiStamp& host_stamp() {
  static constexpr AbiStamp stamp = make_abi_stamp();
  return stamp;
}

std::string check_stamp(const AbiStamp& plugin, const AbiStamp& host) {
  if (std::memcmp(plugin.magic, host.magic, sizeof host.magic) != 0) {
    return "not a Melgraph plugin: its symbol melgraph_plugin_abi holds something else";
  }
  // The layout of the rest is known only where the size is right.
  if (plugin.struct_size != host.struct_size) {
    return std::string("built for another plugin interface of Melgraph than ") + api_of(host) +
           rebuild;
  }
  if (plugin.api_major != host.api_major || plugin.api_minor > host.api_minor) {
    return differs(
        "plugin interface " + api_of(plugin) + " (Melgraph " + text_of(plugin.melgraph) + ")",
        api_of(host) + " (Melgraph " + text_of(host.melgraph) + ")");
  }
  if (text_of(plugin.libtorch) != text_of(host.libtorch)) {
    return differs("LibTorch " + text_of(plugin.libtorch), text_of(host.libtorch));
  }
  if (text_of(plugin.standard_library) != text_of(host.standard_library)) {
    return differs("the standard library " + text_of(plugin.standard_library),
                   text_of(host.standard_library));
  }
  if (plugin.cxx11_abi != host.cxx11_abi) {
    return differs("_GLIBCXX_USE_CXX11_ABI=" + std::to_string(plugin.cxx11_abi),
                   std::to_string(host.cxx11_abi));
  }
  if (plugin.sanitizers != host.sanitizers) {
    return "built with " + sanitizers_of(plugin.sanitizers) + ", this Melgraph with " +
           sanitizers_of(host.sanitizers) + ": rebuild it the same way";
  }
  // _GLIBCXX_ASSERTIONS changes no layout, _GLIBCXX_DEBUG does.
  if ((plugin.library_assertions & 2) != (host.library_assertions & 2)) {
    return std::string("built ") + ((plugin.library_assertions & 2) != 0 ? "with" : "without") +
           " _GLIBCXX_DEBUG, this Melgraph is the other way round: rebuild it the same way";
  }
  return {};
}

std::string to_text(const AbiStamp& stamp) {
  std::string text = "melgraph " + text_of(stamp.melgraph) + ", interface " + api_of(stamp) +
                     ", libtorch " + text_of(stamp.libtorch) + ", " +
                     text_of(stamp.standard_library);
  const struct {
    const char* name;
    std::uint32_t value;
  } numbers[] = {{"size", stamp.struct_size},
                 {"cxx11_abi", stamp.cxx11_abi},
                 {"sanitizers", stamp.sanitizers},
                 {"assertions", stamp.library_assertions},
                 {"compiler", stamp.compiler_major}};
  for (const auto& number : numbers) {
    text += std::string(", ") + number.name + " " + std::to_string(number.value);
  }
  return text;
}

std::string built_for(const AbiStamp& stamp) {
  return "Melgraph " + text_of(stamp.melgraph) + ", LibTorch " + text_of(stamp.libtorch) +
         ", compiler " + std::to_string(stamp.compiler_major);
}

}  // namespace melgraph
