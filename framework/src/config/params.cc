#include "melgraph/params.h"

#include <utility>

#include "config/json_writer.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

template <class T>
const T& get(const Params& params, std::string_view name, const char* type) {
  const ParamValue* value = params.find(name);
  if (value != nullptr) {
    if (const T* held = std::get_if<T>(value)) return *held;
  }
  throw Error(ErrorCode::internal,
              "parameter \"" + std::string(name) + "\" was read as " + type +
                  (value == nullptr ? ", but the descriptor declares none of that name"
                                    : ", but holds " + to_json(*value)));
}

template <class T, class Write>
std::string join(const std::vector<T>& items, Write write) {
  std::string text = "[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += ", ";
    text += write(items[i]);
  }
  return text + "]";
}

}  // namespace

std::string to_json(const ParamValue& value) {
  struct Writer {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return json_number_exact(v); }
    std::string operator()(const std::string& v) const { return json_quote(v); }
    std::string operator()(const std::vector<std::int64_t>& v) const {
      return join(v, [](std::int64_t x) { return std::to_string(x); });
    }
    std::string operator()(const std::vector<double>& v) const {
      return join(v, [](double x) { return json_number_exact(x); });
    }
    std::string operator()(const std::vector<std::string>& v) const {
      return join(v, [](const std::string& x) { return json_quote(x); });
    }
  };
  return std::visit(Writer{}, value);
}

Params::Params() = default;
Params::~Params() = default;
Params::Params(const Params&) = default;
Params::Params(Params&&) noexcept = default;
Params& Params::operator=(const Params&) = default;
Params& Params::operator=(Params&&) noexcept = default;

const ParamValue* Params::find(std::string_view name) const {
  const auto it = values_.find(name);
  return it != values_.end() ? &it->second : nullptr;
}

bool Params::is_null(std::string_view name) const {
  const ParamValue* value = find(name);
  return value == nullptr || std::holds_alternative<std::monostate>(*value);
}

bool Params::boolean(std::string_view name) const { return get<bool>(*this, name, "a boolean"); }
std::int64_t Params::integer(std::string_view name) const {
  return get<std::int64_t>(*this, name, "an integer");
}
double Params::number(std::string_view name) const { return get<double>(*this, name, "a number"); }
const std::string& Params::string(std::string_view name) const {
  return get<std::string>(*this, name, "a string");
}
const std::vector<std::int64_t>& Params::integers(std::string_view name) const {
  return get<std::vector<std::int64_t>>(*this, name, "integers");
}
const std::vector<double>& Params::numbers(std::string_view name) const {
  return get<std::vector<double>>(*this, name, "numbers");
}
const std::vector<std::string>& Params::strings(std::string_view name) const {
  return get<std::vector<std::string>>(*this, name, "strings");
}

bool Params::given(std::string_view name) const { return given_.count(name) != 0; }

void Params::set(std::string name, ParamValue value, bool given) {
  if (given) given_.insert(name);
  values_.insert_or_assign(std::move(name), std::move(value));
}

}  // namespace melgraph
