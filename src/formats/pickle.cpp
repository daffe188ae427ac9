#include "formats/pickle.hpp"

#include "formats/bytes.hpp"
#include "formats/json.hpp"

namespace lodestone {

namespace {

/// The supported instructions.
enum Opcode : unsigned char {
  op_mark = '(',
  op_stop = '.',
  op_proto = 0x80,
  op_none = 'N',
  op_true = 0x88,
  op_false = 0x89,
  op_real = 'G',
  op_byte = 'K',
  op_short = 'M',
  op_int = 'J',
  op_long = 0x8a,
  op_text = 'X',
  op_empty_tuple = ')',
  op_tuple = 't',
  op_tuple_1 = 0x85,
  op_tuple_3 = 0x87,
  op_list = ']',
  op_append = 'a',
  op_appends = 'e',
  op_dict = '}',
  op_set_item = 's',
  op_set_items = 'u',
  op_global = 'c',
  op_reduce = 'R',
  op_build = 'b',
  op_persistent = 'Q',
  op_put = 'q',
  op_long_put = 'r',
  op_get = 'h',
  op_long_get = 'j',
};

/// Python's names for all instructions, for messages.
std::string_view opcode_name(unsigned char opcode) {
  constexpr struct {
    unsigned char code;
    const char* name;
  } names[] = {
      {'(', "MARK"},
      {'.', "STOP"},
      {'0', "POP"},
      {'1', "POP_MARK"},
      {'2', "DUP"},
      {'F', "FLOAT"},
      {'I', "INT"},
      {'J', "BININT"},
      {'K', "BININT1"},
      {'L', "LONG"},
      {'M', "BININT2"},
      {'N', "NONE"},
      {'P', "PERSID"},
      {'Q', "BINPERSID"},
      {'R', "REDUCE"},
      {'S', "STRING"},
      {'T', "BINSTRING"},
      {'U', "SHORT_BINSTRING"},
      {'V', "UNICODE"},
      {'X', "BINUNICODE"},
      {'a', "APPEND"},
      {'b', "BUILD"},
      {'c', "GLOBAL"},
      {'d', "DICT"},
      {'}', "EMPTY_DICT"},
      {'e', "APPENDS"},
      {'g', "GET"},
      {'h', "BINGET"},
      {'i', "INST"},
      {'j', "LONG_BINGET"},
      {'l', "LIST"},
      {']', "EMPTY_LIST"},
      {'o', "OBJ"},
      {'p', "PUT"},
      {'q', "BINPUT"},
      {'r', "LONG_BINPUT"},
      {'s', "SETITEM"},
      {'t', "TUPLE"},
      {')', "EMPTY_TUPLE"},
      {'u', "SETITEMS"},
      {'G', "BINFLOAT"},
      {0x80, "PROTO"},
      {0x81, "NEWOBJ"},
      {0x82, "EXT1"},
      {0x83, "EXT2"},
      {0x84, "EXT4"},
      {0x85, "TUPLE1"},
      {0x86, "TUPLE2"},
      {0x87, "TUPLE3"},
      {0x88, "NEWTRUE"},
      {0x89, "NEWFALSE"},
      {0x8a, "LONG1"},
      {0x8b, "LONG4"},
      {'B', "BINBYTES"},
      {'C', "SHORT_BINBYTES"},
      {0x8c, "SHORT_BINUNICODE"},
      {0x8d, "BINUNICODE8"},
      {0x8e, "BINBYTES8"},
      {0x8f, "EMPTY_SET"},
      {0x90, "ADDITEMS"},
      {0x91, "FROZENSET"},
      {0x92, "NEWOBJ_EX"},
      {0x93, "STACK_GLOBAL"},
      {0x94, "MEMOIZE"},
      {0x95, "FRAME"},
      {0x96, "BYTEARRAY8"},
      {0x97, "NEXT_BUFFER"},
      {0x98, "READONLY_BUFFER"},
  };
  for (const auto& entry : names) {
    if (entry.code == opcode) return entry.name;
  }
  return "without a name";
}

/// The virtual machine for pickles. Steps return false if an instruction is misplaced or truncated, or if they have set
/// `error_`.
class Machine {
 public:
  Machine(ByteView bytes, std::span<const std::string_view> globals) : bytes_(bytes), globals_(globals) {}

  Result<Pickle> run() {
    for (;;) {
      if (next_ == bytes_.size()) return malformed("pickle: it does not end with STOP");
      const std::size_t place = next_;
      const auto opcode = static_cast<unsigned char>(bytes_[next_++]);
      const bool done = step(opcode);
      if (error_) return *error_;
      if (!done) {
        return malformed("pickle: the opcode {} at byte {} is misplaced or truncated", opcode_name(opcode), place);
      }
      if (opcode == op_stop) return std::move(pickle_);
    }
  }

 private:
  bool step(unsigned char opcode) {
    switch (opcode) {
      case op_proto:
        return take_protocol();
      case op_stop:
        return marks_.empty() && stack_.size() == 1;
      case op_mark:
        marks_.push_back(stack_.size());
        return true;
      case op_none:
      case op_true:
      case op_false:
      case op_list:
        return push({});
      case op_real:
        return skip(8) && push({});
      case op_byte:
        return push_integer<std::uint8_t>();
      case op_short:
        return push_integer<std::uint16_t>();
      case op_int:
        return push_integer<std::int32_t>();
      case op_long:
        return push_long();
      case op_text:
        return push_text();
      case op_empty_tuple:
        return push_tuple(stack_.size());
      case op_tuple:
        return !marks_.empty() && push_tuple(pop_mark());
      case op_tuple_1:
      case op_tuple_1 + 1:
      case op_tuple_3:
        return available() >= opcode - op_tuple_1 + 1u && push_tuple(stack_.size() - (opcode - op_tuple_1 + 1u));
      case op_append:
        return available() >= 2 && drop(stack_.size() - 1);
      case op_appends:
        return !marks_.empty() && drop(pop_mark()) && available() > 0;
      case op_dict:
        return push({.kind = PickleKind::dict, .integer = 0});
      case op_set_item:
        return available() >= 3 && set_items(stack_.size() - 2);
      case op_set_items:
        return !marks_.empty() && set_items(pop_mark());
      case op_global:
        return push_global();
      case op_reduce:
        return reduce();
      case op_build:  // in PyTorch it sets an attribute that tensors do not need
        return available() >= 2 && drop(stack_.size() - 1) && holds_items(stack_.back());
      case op_persistent:
        return available() >= 1 && push({.kind = PickleKind::persistent, .first = pop()});
      case op_put:
        return put<std::uint8_t>();
      case op_long_put:
        return put<std::uint32_t>();
      case op_get:
        return get<std::uint8_t>();
      case op_long_get:
        return get<std::uint32_t>();
      default:
        error_ = malformed("pickle: the opcode {} ({}) at byte {} is not needed for tensors and not supported",
                           opcode_name(opcode), unsigned{opcode}, next_ - 1);
        return false;
    }
  }

  // The arguments of an instruction

  template <class T>
  bool take(T& value) {
    if (bytes_.size() - next_ < sizeof value) return false;
    value = load<T>(bytes_.subspan(next_));
    next_ += sizeof value;
    return true;
  }

  bool skip(std::size_t size) {
    if (bytes_.size() - next_ < size) return false;
    next_ += size;
    return true;
  }

  /// The rest of the line, without the line break.
  bool take_line(std::string_view& line) {
    const std::string_view rest = as_text(bytes_.subspan(next_));
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) return false;
    line = rest.substr(0, end);
    return skip(end + 1);
  }

  bool take_protocol() {
    std::uint8_t version;
    if (!take(version)) return false;
    if (version != 2) {
      error_ = malformed("pickle: the protocol is {}; allowed: 2, the default of torch.save", unsigned{version});
    }
    return true;
  }

  // The stack. Nothing below the last mark may be accessed.

  std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

  std::uint32_t pop() {
    const std::uint32_t value = stack_.back();
    stack_.pop_back();
    return value;
  }

  std::size_t pop_mark() {
    const std::size_t mark = marks_.back();
    marks_.pop_back();
    return mark;
  }

  bool drop(std::size_t size) {
    stack_.resize(size);
    return true;
  }

  bool push(const PickleValue& value) {
    stack_.push_back(static_cast<std::uint32_t>(pickle_.values.size()));
    pickle_.values.push_back(value);
    return true;
  }

  template <class T>
  bool push_integer() {
    T value;
    return take(value) && push({.kind = PickleKind::integer, .integer = value});
  }

  bool push_long() {
    std::uint8_t size;
    if (!take(size) || bytes_.size() - next_ < size) return false;
    const std::size_t start = next_;
    next_ += size;
    if (size > sizeof(std::int64_t)) return push({});
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::to_integer<std::uint64_t>(bytes_[start + i]) << 8 * i;
    const unsigned unused = 8 * (8u - size);  // the highest bit that is stored is the sign
    return push(
        {.kind = PickleKind::integer, .integer = size == 0 ? 0 : static_cast<std::int64_t>(value << unused) >> unused});
  }

  bool push_text() {
    std::uint32_t size;
    if (!take(size)) return false;
    const std::size_t start = next_;
    if (!skip(size)) return false;
    const std::string_view text = as_text(bytes_.subspan(start, size));
    return is_utf8(text) && push({.kind = PickleKind::text, .count = size, .data = text.data()});
  }

  /// Makes a tuple of the values on the stack from `start` on.
  bool push_tuple(std::size_t start) {
    auto& elements = pickle_.elements;
    const auto first = static_cast<std::uint32_t>(elements.size());
    elements.insert(elements.end(), stack_.begin() + static_cast<std::ptrdiff_t>(start), stack_.end());
    const auto count = static_cast<std::uint32_t>(stack_.size() - start);
    return drop(start) && push({.kind = PickleKind::tuple, .count = count, .first = first});
  }

  bool holds_items(std::uint32_t value) const {
    return pickle_.values[value].kind == PickleKind::dict || pickle_.values[value].kind == PickleKind::object;
  }

  /// Adds the pairs on the stack from `start` on to the dict below them.
  bool set_items(std::size_t start) {
    if ((stack_.size() - start) % 2 != 0 || start == (marks_.empty() ? 0 : marks_.back())) return false;
    const std::uint32_t dict = stack_[start - 1];
    if (!holds_items(dict)) return false;
    for (std::size_t i = start; i < stack_.size(); i += 2) pickle_.items.push_back({dict, stack_[i], stack_[i + 1]});
    return drop(start);
  }

  bool push_global() {
    std::string_view module, name;
    if (!take_line(module) || !take_line(name)) return false;
    const std::string wanted = sentence("{}.{}", module, name);
    for (std::size_t i = 0; i < globals_.size(); ++i) {
      if (globals_[i] == wanted) return push({.kind = PickleKind::global, .first = static_cast<std::uint32_t>(i)});
    }
    error_ = malformed(
        "pickle: it refers to {}, which a state_dict of float tensors does not need; nothing is executed here: save "
        "only "
        "model.state_dict()",
        quoted(wanted));
    return false;
  }

  bool reduce() {
    if (available() < 2 || pickle_.values[stack_.back()].kind != PickleKind::tuple) return false;
    const std::uint32_t arguments = pop();
    if (pickle_.values[stack_.back()].kind != PickleKind::global) return false;
    return push({.kind = PickleKind::object, .count = arguments, .first = pickle_.values[pop()].first});
  }

  // The memo. Python numbers its entries consecutively, so an index far beyond the last is invalid.

  template <class T>
  bool put() {
    T place;
    if (!take(place) || available() == 0 || place > memo_.size()) return false;
    if (place == memo_.size()) memo_.push_back(0);
    memo_[place] = stack_.back();
    return true;
  }

  template <class T>
  bool get() {
    T place;
    if (!take(place) || place >= memo_.size()) return false;
    stack_.push_back(memo_[place]);
    return true;
  }

  ByteView bytes_;
  std::span<const std::string_view> globals_;
  std::size_t next_ = 0;
  std::vector<std::uint32_t> stack_, memo_;  // indices in Pickle::values
  std::vector<std::size_t> marks_;           // sizes of the stack
  Pickle pickle_;
  Status error_;
};

}  // namespace

Result<Pickle> read_pickle(ByteView bytes, std::span<const std::string_view> globals) {
  return Machine(bytes, globals).run();
}

}  // namespace lodestone
