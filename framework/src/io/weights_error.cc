#include "io/weights_error.h"

#include "config/json_writer.h"
#include "melgraph/error.h"

namespace melgraph {

void refuse_weights(const std::string& file_name, const std::string& problem, const char* hint) {
  throw Error(ErrorCode::invalid_graph, file_name + ": " + problem, hint);
}

std::string quote_untrusted(std::string_view name) {
  constexpr std::size_t longest = 120;
  if (name.size() <= longest) return json_quote(name);
  return json_quote(name.substr(0, longest)) + "...";
}

}  // namespace melgraph
