#include "formats/json.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

/// Describes a value and its contents: "a:1 …".
std::string log_of(const JsonValue& value) {
  std::string log = value.key.empty() ? "" : std::string(value.key) + ":";
  const bool object = value.kind == JsonValue::Kind::object;
  switch (value.kind) {
    case JsonValue::Kind::object:
    case JsonValue::Kind::array:
      log += object ? "{ " : "[ ";
      for (const JsonValue& inner : value) log += log_of(inner);
      log += object ? "}" : "]";
      break;
    case JsonValue::Kind::string:
      log += "'" + std::string(value.string) + "'";
      break;
    case JsonValue::Kind::number:
      log += value.has_integer ? std::to_string(value.integer) : "~";
      break;
    case JsonValue::Kind::boolean:
      log += value.number != 0 ? "true" : "false";
      break;
    case JsonValue::Kind::null:
      log += "null";
      break;
  }
  return log + " ";
}

std::string refusal(std::string_view text) {
  const auto json = Json::read("text", text);
  return json ? "" : json.error().message;
}

bool accepts(std::string_view text) { return refusal(text).empty(); }

double number(std::string_view text) {
  const Json json = Json::read("text", text).value();
  REQUIRE(json.root().kind == JsonValue::Kind::number);
  return json.root().number;
}

}  // namespace

TEST_CASE("The reader gives each value with its key") {
  const Json json =
      Json::read("text", R"( {"a":{"b":[1,[2,true],{"c":null}],"d":"x\ny"} , "e":-1.5, "":18446744073709551615} )")
          .value();
  CHECK(log_of(json.root()) == "{ a:{ b:[ 1 [ 2 true ] { c:null } ] d:'x\ny' } e:~ 18446744073709551615 } ");
  REQUIRE(json.root().find("e"));
  CHECK(json.root().find("e")->number == -1.5);
  CHECK(json.root().find("b") == nullptr);
  CHECK(json.root().find("a")->find("d")->string == "x\ny");
}

TEST_CASE("Strings are unescaped to UTF-8") {
  const Json json = Json::read("text", R"("\"\\\/\b\f\n\r\t\u0041\u00e4\u20ac\ud83d\uDE00ä")").value();
  CHECK(json.root().string == "\"\\/\b\f\n\r\tAä€😀ä");
}

TEST_CASE("Repeated keys and too many values are refused") {
  CHECK(refusal(R"({"a":{"b":1},"b":2,"c":{"b":1}})").empty());
  CHECK(refusal(R"({"a":1,"b":2,"\u0061":3})") == "text: \"a\" occurs twice");
  const auto object = [](int keys) {
    std::string text = "{";
    for (int i = 0; i < keys; ++i) text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
    return text + "}";
  };
  CHECK(accepts(object(4096)));
  CHECK_FALSE(accepts(object(4097)));
  const auto objects = [&](int count) {
    std::string text = "[" + object(4096);
    for (int i = 1; i < count; ++i) text += "," + object(4096);
    return text + "]";
  };
  CHECK(accepts(objects(16)));
  CHECK_FALSE(accepts(objects(17)));
  CHECK(accepts("[0" + std::string(100000, ' ') + "]"));
  CHECK_FALSE(accepts("[" + std::string(1 << 22, ',') + "]"));
}

TEST_CASE("The reader accepts JSON and nothing else") {
  for (const char* text :
       {"0", "-0", "1e5", "1E+5", "0.5e-3", "[]", "{}", "\"\"", "[1,2]", "{\"a\":1,\"b\":2}", "null", " true\n",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "\"\x7f\"", "1e-400", "123456789012345678901234567890"}) {
    INFO(text);
    CHECK(accepts(text));
  }
  for (const char* text : {"",
                           " ",
                           "01",
                           "-",
                           "+1",
                           ".5",
                           "1.",
                           "1e",
                           "1e+",
                           "0x10",
                           "NaN",
                           "Infinity",
                           "1e400",
                           "tru",
                           "True",
                           "nul",
                           "[",
                           "]",
                           "{",
                           "}",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{1:2}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{\"a\":1 \"b\":2}",
                           "{,}",
                           "\"",
                           "\"a",
                           "\"\n\"",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u123g\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"\\ud800x\"",
                           "1 2",
                           "[] []",
                           "'a'",
                           "/**/1",
                           "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
                           "{\"a\" \"b\"}",
                           "\"\x80\"",
                           "\"\xc0\x80\"",
                           "\"\xc1\xbf\"",
                           "\"\xe0\x80\x80\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf0\x80\x80\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"\xf5\x80\x80\x80\"",
                           "\"\xe2\x82\"",
                           "\"\xc3\"",
                           "\xef\xbb\xbf{}"}) {
    INFO(text);
    CHECK_FALSE(accepts(text));
  }
  using namespace std::string_view_literals;
  CHECK_FALSE(accepts("1\0"sv));
  CHECK_FALSE(accepts("\0"sv));
  CHECK_FALSE(accepts("\"a\0b\""sv));
  CHECK_FALSE(accepts(std::string(100000, '[')));
}

TEST_CASE("Numbers are read as the compiler reads them") {
  CHECK(number("0.1") == 0.1);
  CHECK(number("-12.75") == -12.75);
  CHECK(number("1e22") == 1e22);
  CHECK(number("44055.94405594406") == 44055.94405594406);
  CHECK(number("6.02214076e23") == Approx(6.02214076e23).epsilon(1e-15));
  CHECK(number("1.7976931348623157e308") == Approx(1.7976931348623157e308).epsilon(1e-15));
  CHECK(number("-2.5E-3") == Approx(-2.5e-3).epsilon(1e-15));
  CHECK(number("0.1234567890123456789012345") == Approx(0.12345678901234568).epsilon(1e-15));
  CHECK(number("0e99999999999999999999") == 0);
  CHECK(std::signbit(number("-0")));
}

TEST_CASE("Written numbers are read back bit for bit") {
  Random random(1);
  const auto round_trip = [](double value) {
    JsonWriter writer;
    writer.number(value);
    INFO(writer.text);
    return number(writer.text);
  };
  for (int i = 0; i < 100000; ++i) {
    const auto value = __builtin_bit_cast(float, random.next());
    if (!std::isfinite(value)) continue;
    REQUIRE(static_cast<float>(round_trip(value)) == value);
  }
  for (int i = 0; i < 100000; ++i) {
    const double rate = 16 + std::ldexp(random.next(), -15) + std::ldexp(random.next(), -47);
    REQUIRE(round_trip(rate) == rate);
  }
  for (const double value : {0.0, 1.0, 44100.0, 48000.5, 44100 / 1.001, 0x1p53 - 1}) CHECK(round_trip(value) == value);
  for (const float value : {1e-45f, 1.17549435e-38f, 3.40282347e38f, 0.1f, -0.0f, 16777216.0f}) {
    CHECK(static_cast<float>(round_trip(value)) == value);
  }
}

TEST_CASE("The writer separates and escapes, and writes numbers that JSON lacks as null") {
  JsonWriter writer;
  writer.open('{');
  writer.key("a\"\\\n\x1f");
  writer.open('[');
  writer.integer(UINT64_MAX);
  writer.number(std::numeric_limits<double>::quiet_NaN());
  writer.number(0.5);
  writer.string("ä[");
  writer.string("");
  writer.close(']');
  writer.key("b");
  writer.open('{');
  writer.close('}');
  writer.close('}');
  CHECK(writer.text == R"({"a\"\\\u000a\u001f":[18446744073709551615,null,5e-1,"ä[",""],"b":{}})");
}
