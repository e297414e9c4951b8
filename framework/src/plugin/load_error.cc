#include "plugin/load_error.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace melgraph {

namespace {

/// Boost.DLL wraps the loader's text in a function name and an error code that never fits.
std::string_view loader_text(std::string_view message) {
  constexpr std::string_view begin_mark = "dlerror system message: ";
  const std::size_t begin = message.find(begin_mark);
  if (begin == std::string_view::npos) return message;
  message.remove_prefix(begin + begin_mark.size());
  const std::size_t end = message.rfind("): ");
  return end == std::string_view::npos ? message : message.substr(0, end);
}

std::string demangle(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 && name != nullptr ? std::string(name.get()) : symbol;
}

}  // namespace

std::string explain_load_error(const std::string& message, const std::string& path) {
  std::string_view text = loader_text(message);
  if (text.substr(0, path.size() + 2) == path + ": ") text.remove_prefix(path.size() + 2);

  for (const std::string_view mark : {"undefined symbol: ", "symbol lookup error: "}) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) continue;
    std::string_view symbol = text.substr(at + mark.size());
    symbol = symbol.substr(0, symbol.find_first_of(", \t\n"));
    return "missing symbol " + demangle(std::string(symbol)) +
           ": built against another Melgraph or LibTorch, or linked without a library: rebuild it "
           "with find_package(melgraph)";
  }
  constexpr std::string_view absent = ": cannot open shared object file: ";
  if (const std::size_t at = text.find(absent); at != std::string_view::npos) {
    const std::string library(text.substr(0, at));
    const std::string why(text.substr(at + absent.size()));
    if (library == path) return "cannot be opened: " + why;
    return "needs " + library + ", which cannot be opened (" + why +
           "): install it, or rebuild the plugin without it";
  }
  if (text.find("version `") != std::string_view::npos &&
      text.find("not found") != std::string_view::npos) {
    return std::string(text) + ": built on a newer system: rebuild it on this one";
  }
  return "cannot be loaded: " + std::string(text);
}

}  // namespace melgraph
