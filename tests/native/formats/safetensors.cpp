#include <filesystem>
#include <map>

#include "support.hpp"

using namespace lodestone;
using Catch::Matchers::Contains;

namespace {

std::string refused_safetensors(const std::string& header, const std::string& data = {}) {
  return refusal(read_exactly(read_safetensors, safetensors_text(header, data)));
}

Safetensors sample() {
  static const float floats[] = {1.5f, -2.0f, 0.25f, 1e-30f, 3.0f, 4.0f};
  static const std::uint8_t small[] = {7, 255, 0};
  Safetensors file;
  file.metadata = {{"key", "a \"text\" with\nlines, ä"}, {"", ""}};
  file.tensors.push_back({"floats", DType::f32, {2, 3}, std::as_bytes(std::span(floats))});
  file.tensors.push_back({"small/ä", DType::u8, {3}, std::as_bytes(std::span(small))});
  file.tensors.push_back({"nothing", DType::f64, {0, 5}, {}});
  file.tensors.push_back({"scalar", DType::f32, {}, std::as_bytes(std::span(floats)).first(4)});
  return file;
}

}  // namespace

TEST_CASE("Safetensors are read back as written, in the same order") {
  const Safetensors file = sample();
  const Bytes bytes = write_safetensors(file).value();
  const Safetensors read = read_safetensors(bytes).value();
  CHECK(read.metadata == file.metadata);
  REQUIRE(read.tensors.size() == file.tensors.size());
  for (std::size_t i = 0; i < file.tensors.size(); ++i) {
    CHECK(read.tensors[i].name == file.tensors[i].name);
    CHECK(read.tensors[i].dtype == file.tensors[i].dtype);
    CHECK(read.tensors[i].shape == file.tensors[i].shape);
    CHECK(text_of(read.tensors[i].bytes) == text_of(file.tensors[i].bytes));
  }
  CHECK(text_of(write_safetensors(read).value()) == text_of(bytes));
  CHECK(read.find("floats") == &read.tensors[0]);
  CHECK(read.find("float") == nullptr);
  REQUIRE(read.find_metadata("key"));
  CHECK(read.find_metadata("none") == nullptr);
}

TEST_CASE("The header is as the reference implementation writes it: compact, padded with spaces to 8 bytes") {
  const Bytes bytes = write_safetensors(sample()).value();
  std::uint64_t length;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  const std::string header = text_of(ByteView(bytes).subspan(8, length));
  CHECK_THAT(header,
             Contains(R"(,"floats":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"small/ä":{"dtype":"U8")"));
  CHECK(header.substr(header.find_last_not_of(' ')) ==
        "}" + std::string(header.size() - 1 - header.find_last_not_of(' '), ' '));
}

TEST_CASE("Every dtype is converted") {
  const auto tensor = [](DType dtype, const std::string& bytes) {
    const std::string data = bytes;
    const TensorView view{"t", dtype, {data.size() / dtype_size(dtype)}, std::as_bytes(std::span(data))};
    const auto floats = to_floats(view).value();
    const auto doubles = to_doubles(view).value();
    CHECK(static_cast<double>(floats[0]) == Approx(doubles[0]));
    return doubles[0];
  };
  CHECK(tensor(DType::u8, raw(std::uint8_t{200})) == 200);
  CHECK(tensor(DType::i32, raw(std::int32_t{-5})) == -5);
  CHECK(tensor(DType::i64, raw(std::int64_t{-5000000000})) == -5e9);
  CHECK(tensor(DType::f16, raw(std::uint16_t{0xc500})) == -5);
  CHECK(tensor(DType::f32, raw(1.25f)) == 1.25);
  CHECK(tensor(DType::f64, raw(0.1)) == 0.1);

  const std::string data = raw(std::int64_t{-1}) + raw(std::int64_t{1} << 60);
  const auto integers = to_integers({"t", DType::i64, {2}, std::as_bytes(std::span(data))}).value();
  CHECK(integers[0] == -1);
  CHECK(integers[1] == std::int64_t{1} << 60);
  CHECK_THAT(refusal(to_integers({"t", DType::f64, {2}, std::as_bytes(std::span(data))})),
             Contains("is F64; allowed: U8, I32, I64"));
  CHECK_THAT(refusal(to_floats({"t", DType::i64, {3}, std::as_bytes(std::span(data))})),
             Contains("expected 2 values, found 16 bytes") || Contains("[3]"));
}

TEST_CASE("All reference vectors can be read") {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(LODESTONE_TEST_DATA)) {
    if (entry.path().extension() != ".safetensors") continue;
    INFO(entry.path());
    const Bytes bytes = bytes_of(read_text(entry.path().string()));
    const auto file = read_safetensors(bytes);
    REQUIRE(file);
    CHECK_FALSE(file->tensors.empty());
    for (const TensorView& tensor : file->tensors) {
      const auto floats = to_floats(tensor);
      REQUIRE(floats);
      REQUIRE(floats->size() == tensor.count());
    }
    ++files;
  }
  CHECK(files >= 12);
}

TEST_CASE("A vector's numbers are those read by numpy") {
  const Bytes bytes = bytes_of(read_text(LODESTONE_TEST_DATA "/magnet/tiny.safetensors"));
  const Safetensors file = read_safetensors(bytes).value();
  REQUIRE(file.find_metadata("bins"));
  CHECK(*file.find_metadata("bins") == "9");
  const TensorView* starts = file.find("window_starts");
  REQUIRE(starts);
  CHECK(starts->shape == std::vector<std::uint64_t>{20, 4});
  CHECK(to_integers(*starts).value().size() == 80);
}

TEST_CASE("Inconsistent headers are refused, stating what was expected") {
  const std::string four(4, 'x');
  CHECK_THAT(refusal(read_exactly(read_safetensors, "")), Contains("at least 8 bytes, found 0"));
  CHECK_THAT(refusal(read_exactly(read_safetensors, raw(std::uint64_t{1} << 63))),
             Contains("a header of 9223372036854775808 bytes, found 0; allowed: up to 100000000"));
  CHECK_THAT(refusal(read_exactly(read_safetensors, raw(UINT64_MAX) + "{}")), Contains("allowed"));
  CHECK_THAT(refusal(read_exactly(read_safetensors, raw(std::uint64_t{3}) + "{}")),
             Contains("header of 3 bytes, found 2"));
  CHECK_THAT(refused_safetensors(""), Contains("does not start with {"));
  CHECK_THAT(refused_safetensors(" {}"), Contains("does not start with {"));
  CHECK_THAT(refused_safetensors("{}x"), Contains("not valid JSON"));
  CHECK_THAT(refused_safetensors("{\"\xff\":{}}"), Contains("UTF-8"));
  CHECK_THAT(refused_safetensors("{}", "x"), Contains("expected 0 bytes of tensors, found 1"));
  CHECK(refused_safetensors("{}  ").empty());
  CHECK(refused_safetensors(R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", four).empty());

  const auto field = [&](const std::string& entry) { return refused_safetensors(R"({"a":)" + entry + "}", four); };
  CHECK_THAT(field("1"), Contains("is not an object"));
  CHECK_THAT(field("[{}]"), Contains("is not an object"));
  CHECK_THAT(field("{}"), Contains("lacks"));
  CHECK_THAT(field(R"({"dtype":"F32","shape":[1],"data_offsets":[0]})"), Contains("has \"data_offsets\""));
  CHECK_THAT(field(R"({"dtype":"BF16","shape":[2],"data_offsets":[0,4]})"), Contains("\"BF16\"; allowed: U8, I32"));
  CHECK_THAT(field(R"({"dtype":3,"shape":[1],"data_offsets":[0,4]})"), Contains("dtype"));
  CHECK_THAT(field(R"({"dtype":["F32"],"shape":[1],"data_offsets":[0,4]})"), Contains("dtype"));
  for (const char* shape : {"1", "[-1]", "[1.0]", "[1e0]", "[[1]]", "\"1\"", "[18446744073709551616]", "[null]"}) {
    CHECK_THAT(field(R"({"dtype":"F32","data_offsets":[0,4],"shape":)" + std::string(shape) + "}"), Contains("shape"));
  }
  for (const char* offsets : {"4", "[0,4,4]", "[0,-4]", "[0.0,4]", "{}"}) {
    CHECK_THAT(field(R"({"dtype":"F32","shape":[1],"data_offsets":)" + std::string(offsets) + "}"),
               Contains("data_offsets"));
  }
  CHECK_THAT(field(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":0})"), Contains("\"extra\""));
  CHECK_THAT(field(R"({"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})"), Contains("occurs twice"));
  CHECK_THAT(field(R"({"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]})"), Contains("occurs twice"));
  CHECK_THAT(field(R"({"dtype":"F32","shape":[1],"data_offsets":[0,8]})"),
             Contains("takes 4 bytes, but its data_offsets are 0 to 8"));
  CHECK_THAT(field(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), Contains("data_offsets are 4 to 0"));
  CHECK_THAT(field(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]})"),
             Contains("more values than 64 bits"));
  CHECK_THAT(field(R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})"),
             Contains("more values than 64 bits"));
  CHECK_THAT(field(R"({"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]})"),
             Contains("more values than 64 bits"));
  std::string ones = "1";
  for (int i = 0; i < 32; ++i) ones += ",1";
  CHECK_THAT(field(R"({"dtype":"F32","data_offsets":[0,4],"shape":[)" + ones + "]}"), Contains("32 dimensions"));
}

TEST_CASE("Tensors that overlap, leave gaps or end beyond the file are refused") {
  const auto two = [](const char* first, const char* second, std::size_t size) {
    return refused_safetensors(std::string(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)") + first +
                                   R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}",
                               std::string(size, 'x'));
  };
  CHECK(two("[0,4]", "[4,8]", 8).empty());
  CHECK(two("[4,8]", "[0,4]", 8).empty());
  CHECK_THAT(two("[0,4]", "[3,7]", 8), Contains("starts at byte 3, expected 4"));
  CHECK_THAT(two("[0,4]", "[0,4]", 8), Contains("starts at byte 0, expected 4"));
  CHECK_THAT(two("[0,4]", "[5,9]", 9), Contains("starts at byte 5, expected 4"));
  CHECK_THAT(two("[1,5]", "[5,9]", 9), Contains("starts at byte 1, expected 0"));
  CHECK_THAT(two("[0,4]", "[4,8]", 7), Contains("takes 4 bytes, but its data_offsets are 4 to 8 of 7"));
  CHECK_THAT(two("[0,4]", "[4,8]", 9), Contains("expected 8 bytes of tensors, found 9"));
}

TEST_CASE("Repeated names and metadata that are not strings are refused") {
  const std::string entry = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  CHECK_THAT(refused_safetensors(R"({"a":)" + entry + R"(,"b":)" + entry + R"(,"a":)" + entry + "}"),
             Contains("\"a\" occurs twice"));
  CHECK_THAT(refused_safetensors(R"({"__metadata__":{},"__metadata__":{}})"), Contains("twice"));
  CHECK_THAT(refused_safetensors(R"({"__metadata__":{"a":"","b":"","a":""}})"), Contains("\"a\" occurs twice"));
  for (const char* value : {"1", "null", "[]", "{}", "[\"a\"]", "{\"b\":\"c\"}"}) {
    CHECK_THAT(refused_safetensors(R"({"__metadata__":{"a":)" + std::string(value) + "}}"), Contains("not a string"));
  }
  CHECK_THAT(refused_safetensors(R"({"__metadata__":"a"})"), Contains("not an object"));
}

TEST_CASE("Names from a file are shortened and stripped of control characters in messages") {
  const std::string message = refused_safetensors("{\"\\u001b[2J" + std::string(1000, 'a') + "\":1}");
  CHECK(message.size() < 200);
  CHECK_THAT(message, Contains("\"?[2Jaaa"));
}

TEST_CASE("Files that could not be read are not written") {
  Safetensors file = sample();
  file.tensors[1].name = "floats";
  CHECK_THAT(refusal(write_safetensors(file)), Contains("twice"));
  file = sample();
  file.tensors[0].name = "__metadata__";
  CHECK_THAT(refusal(write_safetensors(file)), Contains("twice"));
  file = sample();
  file.tensors[0].name = "\xff";
  CHECK_THAT(refusal(write_safetensors(file)), Contains("UTF-8"));
  file = sample();
  file.tensors[0].shape = {7};
  CHECK_THAT(refusal(write_safetensors(file)), Contains("[7]"));
  file = sample();
  file.metadata[1].first = "key";
  CHECK_THAT(refusal(write_safetensors(file)), Contains("twice"));
}

TEST_CASE("Truncated and damaged safetensors are refused or read") {
  Safetensors file = sample();
  file.tensors.pop_back();
  file.tensors.pop_back();
  const Bytes bytes = write_safetensors(file).value();
  mistreat(read_safetensors, text_of(bytes), bytes.size());
}
