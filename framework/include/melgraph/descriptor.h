#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "melgraph/export.h"
#include "melgraph/params.h"
#include "melgraph/spec.h"

namespace melgraph {

enum class ParamType {
  boolean,
  integer,
  number,
  string,
  file,      ///< a path; relative ones are relative to the graph file
  integers,  ///< an array
  numbers,
  strings,
  labels,  ///< an array of strings, or a path of a text file with one a line
};

MELGRAPH_API const char* to_string(ParamType type) noexcept;

/// Declaration of one parameter: the single source of validation, documents and JSON Schema.
///
/// Setters return the object, so that a declaration reads as one expression:
/// `ParamSpec::integer("n_fft", "FFT length").range(2, 65536).in("samples").otherwise(512)`.
struct MELGRAPH_API ParamSpec {
  std::string name;
  ParamType type = ParamType::number;
  std::string doc;
  std::string unit;
  std::optional<double> minimum;  ///< for arrays: of each element
  std::optional<double> maximum;
  bool exclusive_minimum = false;
  std::vector<std::string> choices;  ///< of a string; empty: any
  std::optional<ParamValue> default_value;
  bool required = false;
  bool nullable = false;
  std::string deprecated;  ///< what to use instead; empty where it is not deprecated

  static ParamSpec boolean(std::string name, std::string doc);
  static ParamSpec integer(std::string name, std::string doc);
  static ParamSpec number(std::string name, std::string doc);
  static ParamSpec string(std::string name, std::string doc);
  static ParamSpec file(std::string name, std::string doc);
  static ParamSpec integers(std::string name, std::string doc);
  static ParamSpec numbers(std::string name, std::string doc);
  static ParamSpec strings(std::string name, std::string doc);
  static ParamSpec labels(std::string name, std::string doc);

  ParamSpec& range(double low, double high);
  ParamSpec& at_least(double low);
  ParamSpec& above(double low);  ///< greater than, not equal
  ParamSpec& in(std::string unit_name);
  ParamSpec& one_of(std::vector<std::string> values);
  ParamSpec& otherwise(ParamValue value);  ///< default
  ParamSpec& otherwise(const char* value);
  ParamSpec& otherwise(int value);
  ParamSpec& otherwise(double value);
  ParamSpec& otherwise(bool value);
  ParamSpec& or_null();  ///< null is legal, and the default unless another is set
  ParamSpec& is_required();
  ParamSpec& replaced_by(std::string other);
};

/// Input port. An edge fits where its kind is listed and its axes match by name and order.
struct InputPort {
  std::string name;
  std::string doc;
  std::vector<Kind> kinds;
  /// Names in order, the item axis first. `window|clip` takes either, `*` one axis of any name,
  /// `...` (last) any further axes.
  std::vector<std::string> axes;
  bool optional = false;
  bool variadic = false;  ///< takes an array of one or more edges
};

struct OutputPort {
  std::string name;
  std::string doc;
  bool optional = false;  ///< `infer` may leave it out, for parameters that do not ask for it
};

/// Named, frozen set of parameter values. `version` grows when its numbers change.
struct Preset {
  std::string name;
  int version = 1;
  std::string doc;
  std::vector<std::string> references;
  std::vector<std::pair<std::string, ParamValue>> values;
  std::string resampler;  ///< of a front end: the one its reference resamples with; empty: any
  /// What else is told of it, name and text; of a front end: the oracle of its golden vectors, and
  /// how it is computed.
  std::vector<std::pair<std::string, std::string>> facts;
};

/// What one call of a node sees.
enum class Scope {
  window,  ///< any number of items, each computed alone: batched over windows, inputs, streams
  clip,    ///< all items of one input, once it has ended
  sink,    ///< records of results; run by the command line only
};

MELGRAPH_API const char* to_string(Scope scope) noexcept;

/// Description of a node type: id, ports, parameters, presets.
struct MELGRAPH_API Descriptor {
  std::string id;  ///< `frontend.mel`, `model.resnet50`, `sink.csv`: `[a-z0-9_]+(\.[a-z0-9_]+)+`
  Scope scope = Scope::window;
  std::string summary;  ///< one line
  std::string description;
  std::vector<std::string> references;
  int semantic_version = 1;   ///< grows only when the numbers a node gives change
  bool runs_code = false;     ///< executes code of a file: wants the user's consent
  bool cpu_only = false;      ///< cannot run on another device
  std::vector<InputPort> inputs;
  std::vector<OutputPort> outputs;  ///< the first is the one meant by a bare node id
  std::vector<ParamSpec> params;
  std::vector<Preset> presets;  ///< where there are any, the host adds the parameter `preset`

  const ParamSpec* find_param(std::string_view name) const noexcept;
  const InputPort* find_input(std::string_view name) const noexcept;
  const OutputPort* find_output(std::string_view name) const noexcept;
  const Preset* find_preset(std::string_view name) const noexcept;
};

}  // namespace melgraph
