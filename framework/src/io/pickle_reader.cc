#include "io/pickle_reader.h"

#include <bit>
#include <cstring>
#include <unordered_map>

#include "io/pickle_globals.h"
#include "io/weights_error.h"

namespace melgraph {

namespace {

/// Opcodes of pickle (Lib/pickletools.py of Python) that a state dict needs.
enum Opcode : std::uint8_t {
  op_mark = '(',
  op_stop = '.',
  op_pop = '0',
  op_pop_mark = '1',
  op_dup = '2',
  op_none = 'N',
  op_true = 0x88,
  op_false = 0x89,
  op_int4 = 'J',
  op_int1 = 'K',
  op_int2 = 'M',
  op_long1 = 0x8a,
  op_long4 = 0x8b,
  op_float = 'G',
  op_unicode1 = 0x8c,
  op_unicode4 = 'X',
  op_unicode8 = 0x8d,
  op_string1 = 'U',
  op_string4 = 'T',
  op_bytes1 = 'C',
  op_bytes4 = 'B',
  op_bytes8 = 0x8e,
  op_empty_tuple = ')',
  op_tuple1 = 0x85,
  op_tuple2 = 0x86,
  op_tuple3 = 0x87,
  op_tuple = 't',
  op_empty_list = ']',
  op_append = 'a',
  op_appends = 'e',
  op_empty_dict = '}',
  op_set_item = 's',
  op_set_items = 'u',
  op_put1 = 'q',
  op_put4 = 'r',
  op_memoize = 0x94,
  op_get1 = 'h',
  op_get4 = 'j',
  op_protocol = 0x80,
  op_frame = 0x95,
  op_global = 'c',
  op_stack_global = 0x93,
  op_reduce = 'R',
  op_new_object = 0x81,
  op_build = 'b',
  op_persistent_id = 'Q',
};

class Machine {
 public:
  explicit Machine(PickleInput& input) : input_(input) {}
  Pickle run();

 private:
  [[noreturn]] void refuse(const std::string& problem,
                           const char* hint = damaged_weights_hint) const {
    refuse_weights(input_.file_name(),
                   "the pickle near byte " + std::to_string(input_.position()) + ": " + problem,
                   hint);
  }
  template <typename Integer>
  Integer integer() {
    const std::string_view bytes = input_.take(sizeof(Integer));
    Integer value;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }
  template <typename Kind>
  Kind* as(PickleId id) {
    return std::get_if<Kind>(&pickle_.values[id]);
  }
  const std::string& text_of(PickleId id, const char* what);
  std::int64_t integer_of(PickleId id, const char* what);

  PickleId add(PickleValue value);
  void push(PickleId id);
  void push_new(PickleValue value) { push(add(std::move(value))); }
  PickleId pop();
  std::vector<PickleId> pop_many(std::size_t count);
  std::vector<PickleId> pop_to_mark();
  PickleId top();

  void step(std::uint8_t opcode);
  void push_long(std::uint64_t size);
  void push_text(std::uint64_t size);
  void push_bytes(std::uint64_t size);
  void append(const std::vector<PickleId>& items);
  void set_items(const std::vector<PickleId>& items);
  void put(std::uint32_t index);
  void get(std::uint32_t index);
  void push_global(const std::string& module, const std::string& name);
  void reduce();
  void new_object();
  void build();
  void load_storage();
  PickleTensor make_tensor(const std::vector<PickleId>& arguments);
  PickleDict make_ordered_dict(const std::vector<PickleId>& arguments);

  PickleInput& input_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;  // sizes of the stack
  std::unordered_map<std::uint32_t, PickleId> memo_;
  std::size_t copied_items_ = 0;  // no other copy grows with what a pickle remembers
};

constexpr PickleId none_id = 0;
constexpr PickleId false_id = 1;
constexpr PickleId true_id = 2;

Pickle Machine::run() {
  pickle_.values = {PickleNone{}, false, true};
  const std::uint64_t begin = input_.position();
  while (true) {
    if (input_.position() - begin > pickle_max_bytes) {
      refuse("it is longer than " + std::to_string(pickle_max_bytes) + " bytes");
    }
    const std::uint8_t opcode = input_.byte();
    if (opcode == op_stop) break;
    step(opcode);
  }
  if (stack_.size() != 1 || !marks_.empty()) refuse("it ends in the middle of a value");
  pickle_.root = stack_.back();
  return std::move(pickle_);
}

void Machine::step(std::uint8_t opcode) {
  switch (opcode) {
    case op_protocol: {
      const std::uint8_t version = input_.byte();
      if (version < 2 || version > 5) {
        refuse("its protocol is " + std::to_string(version) + ", not one of 2 to 5");
      }
      break;
    }
    case op_frame: input_.take(8); break;
    case op_mark:
      if (marks_.size() == pickle_max_marks) refuse("values are nested too deep");
      marks_.push_back(stack_.size());
      break;
    case op_pop: pop(); break;
    case op_pop_mark: pop_to_mark(); break;
    case op_dup: push(top()); break;
    case op_none: push(none_id); break;
    case op_true: push(true_id); break;
    case op_false: push(false_id); break;
    case op_int4: push_new(std::int64_t{integer<std::int32_t>()}); break;
    case op_int1: push_new(std::int64_t{integer<std::uint8_t>()}); break;
    case op_int2: push_new(std::int64_t{integer<std::uint16_t>()}); break;
    case op_long1: push_long(integer<std::uint8_t>()); break;
    case op_long4: push_long(integer<std::uint32_t>()); break;
    case op_float: {
      const auto bits = __builtin_bswap64(integer<std::uint64_t>());
      push_new(std::bit_cast<double>(bits));
      break;
    }
    case op_unicode1:
    case op_string1: push_text(integer<std::uint8_t>()); break;
    case op_unicode4:
    case op_string4: push_text(integer<std::uint32_t>()); break;
    case op_unicode8: push_text(integer<std::uint64_t>()); break;
    case op_bytes1: push_bytes(integer<std::uint8_t>()); break;
    case op_bytes4: push_bytes(integer<std::uint32_t>()); break;
    case op_bytes8: push_bytes(integer<std::uint64_t>()); break;
    case op_empty_tuple: push_new(PickleTuple{}); break;
    case op_tuple1: push_new(PickleTuple{pop_many(1)}); break;
    case op_tuple2: push_new(PickleTuple{pop_many(2)}); break;
    case op_tuple3: push_new(PickleTuple{pop_many(3)}); break;
    case op_tuple: push_new(PickleTuple{pop_to_mark()}); break;
    case op_empty_list: push_new(PickleList{}); break;
    case op_append: append(pop_many(1)); break;
    case op_appends: append(pop_to_mark()); break;
    case op_empty_dict: push_new(PickleDict{}); break;
    case op_set_item: set_items(pop_many(2)); break;
    case op_set_items: set_items(pop_to_mark()); break;
    case op_put1: put(integer<std::uint8_t>()); break;
    case op_put4: put(integer<std::uint32_t>()); break;
    case op_memoize: put(static_cast<std::uint32_t>(memo_.size())); break;
    case op_get1: get(integer<std::uint8_t>()); break;
    case op_get4: get(integer<std::uint32_t>()); break;
    case op_global: {
      const std::string module(input_.line(pickle_max_name));
      push_global(module, std::string(input_.line(pickle_max_name)));
      break;
    }
    case op_stack_global: {
      const std::vector<PickleId> parts = pop_many(2);
      const std::string module = text_of(parts[0], "a module");
      push_global(module, text_of(parts[1], "a name"));
      break;
    }
    case op_reduce: reduce(); break;
    case op_new_object: new_object(); break;
    case op_build: build(); break;
    case op_persistent_id: load_storage(); break;
    default:
      refuse("opcode " + std::to_string(opcode) + " is none that a state dict needs",
             convert_weights_hint);
  }
}

PickleId Machine::add(PickleValue value) {
  if (pickle_.values.size() == pickle_max_values) {
    refuse("it holds more than " + std::to_string(pickle_max_values) + " values",
           convert_weights_hint);
  }
  pickle_.values.push_back(std::move(value));
  return static_cast<PickleId>(pickle_.values.size() - 1);
}

void Machine::push(PickleId id) {
  if (stack_.size() == pickle_max_stack) refuse("too many values wait for their container");
  stack_.push_back(id);
}

PickleId Machine::top() {
  const std::size_t base = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() == base) refuse("a value is missing");
  return stack_.back();
}

PickleId Machine::pop() {
  const PickleId id = top();
  stack_.pop_back();
  return id;
}

std::vector<PickleId> Machine::pop_many(std::size_t count) {
  const std::size_t base = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() - base < count) refuse("a value is missing");
  const std::vector<PickleId> items(stack_.end() - static_cast<std::ptrdiff_t>(count),
                                    stack_.end());
  stack_.resize(stack_.size() - count);
  return items;
}

std::vector<PickleId> Machine::pop_to_mark() {
  if (marks_.empty()) refuse("the begin of a container is missing");
  std::vector<PickleId> items = pop_many(stack_.size() - marks_.back());
  marks_.pop_back();
  return items;
}

const std::string& Machine::text_of(PickleId id, const char* what) {
  const auto* text = as<PickleText>(id);
  if (text == nullptr) refuse(std::string(what) + " is not a text");
  return text->text;
}

std::int64_t Machine::integer_of(PickleId id, const char* what) {
  const auto* value = as<std::int64_t>(id);
  if (value == nullptr) refuse(std::string(what) + " is not an integer of 64 bits");
  return *value;
}

/// Little-endian two's complement.
void Machine::push_long(std::uint64_t size) {
  if (size > sizeof(std::int64_t)) return push_bytes(size);
  const std::string_view bytes = input_.take(size);
  const bool is_negative = size > 0 && static_cast<signed char>(bytes.back()) < 0;
  std::int64_t value = is_negative ? -1 : 0;
  if (size > 0) std::memcpy(&value, bytes.data(), size);
  push_new(value);
}

void Machine::push_text(std::uint64_t size) {
  if (size > pickle_max_text) {
    refuse("a text of " + std::to_string(size) + " bytes; " + std::to_string(pickle_max_text) +
           " are allowed");
  }
  push_new(PickleText{std::string(input_.take(size))});
}

void Machine::push_bytes(std::uint64_t size) {
  if (size > pickle_max_text) {
    refuse(std::to_string(size) + " bytes in one value; " + std::to_string(pickle_max_text) +
           " are allowed");
  }
  push_new(PickleBytes{std::string(input_.take(size))});
}

void Machine::append(const std::vector<PickleId>& items) {
  auto* list = as<PickleList>(top());
  if (list == nullptr) refuse("something is appended to what is not a list");
  list->items.insert(list->items.end(), items.begin(), items.end());
}

void Machine::set_items(const std::vector<PickleId>& items) {
  auto* dict = as<PickleDict>(top());
  if (dict == nullptr) refuse("an item is set in what is not a dict");
  if (items.size() % 2 != 0) refuse("a key has no value");
  for (std::size_t i = 0; i < items.size(); i += 2) {
    dict->items.emplace_back(items[i], items[i + 1]);
  }
}

void Machine::put(std::uint32_t index) {
  if (memo_.size() >= pickle_max_values) refuse("it remembers too many values");
  memo_[index] = top();
}

void Machine::get(std::uint32_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) refuse("it uses a value it never remembered");
  push(found->second);
}

void Machine::push_global(const std::string& module, const std::string& name) {
  const auto global = find_pickle_global(module, name);
  if (!global) {
    refuse_weights(input_.file_name(), explain_refused_global(module, name), convert_weights_hint);
  }
  push_new(*global);
}

void Machine::reduce() {
  const std::vector<PickleId> parts = pop_many(2);
  const auto* global = as<PickleGlobal>(parts[0]);
  const auto* tuple = as<PickleTuple>(parts[1]);
  if (global == nullptr || tuple == nullptr) refuse("something is called that cannot be");
  // As many as 7: behind the view come requires_grad, hooks and, since 2.0, metadata.
  if (tuple->items.size() > 7) refuse("something is called with too many values");
  const std::vector<PickleId> arguments = tuple->items;
  switch (global->kind) {
    case PickleGlobal::Kind::ordered_dict: push_new(make_ordered_dict(arguments)); return;
    case PickleGlobal::Kind::rebuild_tensor:
      if (arguments.size() < global->arguments) {
        refuse("a tensor has " + std::to_string(arguments.size()) + " properties");
      }
      push_new(make_tensor(arguments));
      return;
    case PickleGlobal::Kind::rebuild_parameter:
      if (arguments.size() != global->arguments || as<PickleTensor>(arguments[0]) == nullptr) {
        refuse("a parameter is not made of a tensor");
      }
      push(arguments[0]);
      return;
    default: refuse("something is called that cannot be");
  }
}

PickleDict Machine::make_ordered_dict(const std::vector<PickleId>& arguments) {
  PickleDict dict{{}, true};
  if (arguments.empty()) return dict;
  // Python 2 gives the items as one list of lists.
  const auto* list = as<PickleList>(arguments[0]);
  if (list == nullptr || arguments.size() != 1) refuse("an OrderedDict is not made of a list");
  copied_items_ += list->items.size();
  if (copied_items_ > pickle_max_values) refuse("its dicts hold too many items");
  for (const PickleId item : list->items) {
    const auto* pair = as<PickleList>(item);
    if (pair == nullptr || pair->items.size() != 2) {
      refuse("an item of an OrderedDict is not a key and a value");
    }
    dict.items.emplace_back(pair->items[0], pair->items[1]);
  }
  return dict;
}

PickleTensor Machine::make_tensor(const std::vector<PickleId>& arguments) {
  if (as<PickleStorage>(arguments[0]) == nullptr) refuse("a tensor is not made of a storage");
  if (as<PickleTuple>(arguments[2]) == nullptr || as<PickleTuple>(arguments[3]) == nullptr) {
    refuse("the shape of a tensor is not a tuple");
  }
  return {true, arguments[0], arguments[2], arguments[3],
          integer_of(arguments[1], "the offset of a tensor")};
}

void Machine::new_object() {
  const std::vector<PickleId> parts = pop_many(2);
  const auto* global = as<PickleGlobal>(parts[0]);
  const auto* tuple = as<PickleTuple>(parts[1]);
  if (global == nullptr || tuple == nullptr || !tuple->items.empty()) {
    refuse("an object is made that cannot be");
  }
  if (global->kind == PickleGlobal::Kind::tensor_type) {
    push_new(PickleTensor{});
  } else if (global->kind == PickleGlobal::Kind::ordered_dict) {
    push_new(PickleDict{{}, true});
  } else {
    refuse("an object is made that cannot be");
  }
}

void Machine::build() {
  const PickleId state = pop();
  const PickleId object = top();
  if (auto* tensor = as<PickleTensor>(object); tensor != nullptr && !tensor->built) {
    const auto* tuple = as<PickleTuple>(state);
    if (tuple == nullptr || tuple->items.size() != 4) refuse("a tensor has no view of a storage");
    *tensor = make_tensor(tuple->items);
    return;
  }
  // The attributes of an OrderedDict: `_metadata` of Module.state_dict.
  const auto* dict = as<PickleDict>(object);
  if (dict == nullptr || !dict->ordered) refuse("state is set in what cannot have one");
}

/// ("storage", type, key, device, numel), and in files before 1.6 a sixth item: None, or (key of
/// the view, first number, numbers).
void Machine::load_storage() {
  const PickleId id = pop();
  const auto* tuple = as<PickleTuple>(id);
  if (tuple == nullptr || tuple->items.size() < 5 || tuple->items.size() > 6 ||
      text_of(tuple->items[0], "the kind of a record") != "storage") {
    refuse("a record is used that is not a storage", convert_weights_hint);
  }
  const std::vector<PickleId> items = tuple->items;
  const auto* type = as<PickleGlobal>(items[1]);
  if (type == nullptr || type->kind != PickleGlobal::Kind::storage_type) {
    refuse("a storage has no type", convert_weights_hint);
  }
  PickleStorage storage;
  storage.dtype = type->dtype;
  storage.key = items[2];
  if (text_of(storage.key, "the key of a storage").size() > pickle_max_name) {
    refuse("the key of a storage is too long");
  }
  storage.numel = integer_of(items[4], "the size of a storage");
  storage.size = storage.numel;
  if (items.size() == 6 && as<PickleNone>(items[5]) == nullptr) {
    const auto* view = as<PickleTuple>(items[5]);
    if (view == nullptr || view->items.size() != 3) refuse("a view of a storage is not a triple");
    storage.begin = integer_of(view->items[1], "the offset of a view");
    storage.size = integer_of(view->items[2], "the size of a view");
  }
  if (storage.numel < 0 || storage.begin < 0 || storage.size < 0 || storage.begin > storage.numel ||
      storage.size > storage.numel - storage.begin) {
    refuse("a storage has an impossible size");
  }
  push_new(std::move(storage));
}

}  // namespace

Pickle read_pickle(PickleInput& input) {
  return Machine(input).run();
}

}  // namespace melgraph
