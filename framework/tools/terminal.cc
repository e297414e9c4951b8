#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <string>

namespace melgraph::cli {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

bool is_terminal(std::FILE* stream) noexcept {
  return ::isatty(::fileno(stream)) == 1;
}

bool wants_colour(std::FILE* stream) noexcept {
  return is_terminal(stream) && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

std::size_t terminal_width(std::FILE* stream) noexcept {
  constexpr std::size_t narrowest = 40;
  constexpr std::size_t widest = 400;
  constexpr std::size_t without_terminal = 100;
  winsize size{};
  std::size_t width = 0;
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0) width = size.ws_col;
  if (width == 0) width = std::strtoul(variable("COLUMNS").c_str(), nullptr, 10);
  if (width == 0 || width > widest) return without_terminal;
  return width < narrowest ? narrowest : width;
}

bool locale_is_utf8() noexcept {
  std::string locale = variable("LC_ALL");
  if (locale.empty()) locale = variable("LC_CTYPE");
  if (locale.empty()) locale = variable("LANG");
  for (char& c : locale) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

}  // namespace melgraph::cli
