#include "formats/pickle.hpp"

#include "support.hpp"

using namespace lodestone;

namespace {

constexpr std::string_view allowed[] = {"collections.OrderedDict", "torch._utils._rebuild_tensor_v2"};

Result<Pickle> parse_pickle(ByteView bytes) { return read_pickle(bytes, allowed); }

/// The characters of a literal, which may contain zeros.
template <std::size_t size>
std::string bytes(const char (&text)[size]) {
  return {text, size - 1};
}

std::string refused_pickle(const std::string& text) { return refusal(read_exactly(parse_pickle, text)); }

}  // namespace

TEST_CASE("pickle: a dict with a tuple and an object") {
  // {'k': (1, -2, 300), 'o': OrderedDict(x=None)}, with a memo.
  const std::string text = bytes("\x80\x02}q\x00(X\x01\x00\x00\x00kq\x01K\x01J\xfe\xff\xff\xffM\x2c\x01\x87q\x02") +
                           bytes("X\x01\x00\x00\x00o") + "ccollections\nOrderedDict\n" +
                           bytes(")Rq\x03X\x01\x00\x00\x00xNsu.");
  const Bytes content = bytes_of(text);
  const Pickle pickle = parse_pickle(content).value();
  REQUIRE(pickle.items.size() == 3);
  const auto& [object, x, none] = pickle.items[0];
  CHECK(pickle.values[object].kind == PickleKind::object);
  CHECK(pickle.values[object].first == 0);
  CHECK(pickle.values[x].text() == "x");
  CHECK(pickle.values[none].kind == PickleKind::other);
  CHECK(pickle.values[pickle.items[1].dict].kind == PickleKind::dict);
  CHECK(pickle.values[pickle.items[1].key].text() == "k");
  const PickleValue& tuple = pickle.values[pickle.items[1].value];
  REQUIRE(tuple.count == 3);
  CHECK(pickle.element(tuple, 0).integer == 1);
  CHECK(pickle.element(tuple, 1).integer == -2);
  CHECK(pickle.element(tuple, 2).integer == 300);
  CHECK(pickle.items[2].value == object);
  mistreat(parse_pickle, text, text.size());
}

TEST_CASE("pickle: long integers") {
  const auto integer = [](const std::string& text) { return parse_pickle(bytes_of(text)).value().values[0]; };
  CHECK(integer(bytes("\x8a\x00.")).integer == 0);
  CHECK(integer(bytes("\x8a\x01\xff.")).integer == -1);
  CHECK(integer(bytes("\x8a\x02\x00\x80.")).integer == -32768);
  CHECK(integer(bytes("\x8a\x03\xff\xff\x00.")).integer == 65535);
  CHECK(integer(bytes("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.")).integer == INT64_MIN);
  CHECK(integer(bytes("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00.")).kind == PickleKind::other);
}

TEST_CASE("pickle: nothing is executed, and the message names what is refused") {
  for (const char* name : {"os\nsystem", "posix\nsystem", "builtins\neval", "__builtin__\nexec", "numpy\nndarray"}) {
    const std::string text = std::string("c") + name + "\n" + bytes("X\x02\x00\x00\x00ls\x85R.");
    std::string dotted = name;
    dotted[dotted.find('\n')] = '.';
    CHECK_THAT(refused_pickle(text), Catch::Contains("\"" + dotted + "\""));
  }
  CHECK_THAT(refused_pickle("c_\xff\x1b\nx\n."), Catch::Contains("it refers to"));
  const std::pair<std::string, const char*> unknown[] = {{bytes("}\x81."), "NEWOBJ"},
                                                         {"ios\nsystem\n.", "INST"},
                                                         {bytes("\x94."), "MEMOIZE"},
                                                         {bytes("\x93."), "STACK_GLOBAL"},
                                                         {"I42\n.", "INT"},
                                                         {bytes("\x82\x01."), "EXT1"},
                                                         {"P1\n.", "PERSID"},
                                                         {"p1\n.", "PUT"},
                                                         {bytes("}\x92."), "NEWOBJ_EX"},
                                                         {bytes("\x8f."), "EMPTY_SET"},
                                                         {"2.", "DUP"},
                                                         {bytes("\xee."), "without a name (238)"}};
  for (const auto& [text, name] : unknown) {
    CHECK_THAT(refused_pickle(text), Catch::Contains(std::string("opcode ") + name));
    CHECK_THAT(refused_pickle(text), Catch::Contains("not supported"));
  }
  CHECK_THAT(refused_pickle(bytes("\x80\x04.")), Catch::Contains("the protocol is 4; allowed: 2"));
}

TEST_CASE("pickle: misplaced opcodes") {
  const std::pair<std::string, const char*> cases[] = {{".", "STOP at byte 0"},
                                                       {"NN.", "STOP at byte 2"},
                                                       {"(N.", "STOP at byte 2"},
                                                       {"R", "REDUCE at byte 0"},
                                                       {"N)R", "REDUCE at byte 2"},
                                                       {"ccollections\nOrderedDict\nNR", "REDUCE"},
                                                       {"t", "TUPLE at byte 0"},
                                                       {bytes("\x85"), "TUPLE1"},
                                                       {bytes("NN\x87"), "TUPLE3"},
                                                       {"N(N\x86", "TUPLE2"},
                                                       {"NNNs", "SETITEM"},
                                                       {"}NNNs", "SETITEM"},
                                                       {"}(Nu", "SETITEMS"},
                                                       {"(NNu", "SETITEMS"},
                                                       {"}(NN(u", "SETITEMS"},
                                                       {"}u", "SETITEMS"},
                                                       {"a", "APPEND"},
                                                       {"]e", "APPENDS"},
                                                       {"(e", "APPENDS"},
                                                       {"NNb", "BUILD"},
                                                       {"b", "BUILD"},
                                                       {"Q", "BINPERSID"},
                                                       {"(Q", "BINPERSID"},
                                                       {"Nq\1", "BINPUT at byte 1"},
                                                       {bytes("q\0"), "BINPUT"},
                                                       {bytes("h\0"), "BINGET"},
                                                       {"Nr\xff\xff\xff\xff", "LONG_BINPUT"},
                                                       {"j\xff\xff\xff\xff", "LONG_BINGET"},
                                                       {"X\xff\xff\xff\xffx", "BINUNICODE"},
                                                       {bytes("X\1\0\0\0\xff."), "BINUNICODE"},
                                                       {"G1234567", "BINFLOAT"},
                                                       {"J123", "BININT"},
                                                       {"K", "BININT1"},
                                                       {"M1", "BININT2"},
                                                       {"\x8a", "LONG1"},
                                                       {"\x8a\x08", "LONG1"},
                                                       {"\x80", "PROTO"},
                                                       {"cos", "GLOBAL"},
                                                       {"cos\nsys", "GLOBAL"}};
  for (const auto& [text, where] : cases) {
    INFO(where);
    CHECK_THAT(refused_pickle(text), Catch::Contains(std::string("opcode ") + where));
    CHECK_THAT(refused_pickle(text), Catch::Contains("misplaced or truncated"));
  }
  CHECK_THAT(refused_pickle(""), Catch::Contains("does not end with STOP"));
  CHECK_THAT(refused_pickle("N"), Catch::Contains("does not end with STOP"));
}

TEST_CASE("pickle: bombs take no more memory than their own size") {
  // Lists of lists of lists: nothing is copied, so that 2^60 elements are 60 instructions.
  std::string lists = bytes("(]q\x00");
  for (int i = 1; i < 60; ++i)
    lists +=
        std::string("](h") + static_cast<char>(i - 1) + "h" + static_cast<char>(i - 1) + "eq" + static_cast<char>(i);
  CHECK(parse_pickle(bytes_of(lists + "t.")));
  // Nested tuples deeper than any stack.
  std::string deep = ")";
  deep.append(1000000, '\x85');
  CHECK(parse_pickle(bytes_of(deep + ".")));
  CHECK(!refused_pickle(std::string(1000000, '(') + ".").empty());
}
