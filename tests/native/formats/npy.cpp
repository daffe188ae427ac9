#include "support.hpp"

using namespace lodestone;
using Catch::Matchers::Contains;

namespace {

std::string npy(const std::string& header, const std::string& values) {
  return "\x93NUMPY\x01" + std::string(1, '\0') + raw(static_cast<std::uint16_t>(header.size())) + header + values;
}

std::string refused_npy(const std::string& header, std::size_t bytes = 8) {
  return refusal(read_exactly(read_npy, npy(header, std::string(bytes, '\0'))));
}

}  // namespace

TEST_CASE("Arrays written by numpy are read") {
  for (const char* name : {"c_f4.npy", "v2_f4.npy", "v3_f4.npy", "fortran_f8.npy"}) {
    INFO(name);
    const auto array = read_npy(data_file(name)).value();
    REQUIRE(array.rows() == 2);
    REQUIRE(array.cols() == 3);
    for (std::size_t r = 0; r < 2; ++r) {
      for (std::size_t c = 0; c < 3; ++c) CHECK(array(r, c) == static_cast<float>(3 * r + c) + 1.5f);
    }
  }
  const auto vector = read_npy(data_file("vector_f4.npy")).value();
  CHECK(vector.rows() == 1);
  CHECK(vector.cols() == 6);
  CHECK_THAT(refusal(read_npy(data_file("big_endian.npy"))), Contains("\">f4\"; allowed: <f4 and <f8"));
  CHECK_THAT(refusal(read_npy(data_file("int.npy"))), Contains("\"<i4\"; allowed"));
}

TEST_CASE("Arrays are written byte by byte as numpy writes them") {
  const auto file = data_file("c_f4.npy");
  CHECK(text_of(write_npy(read_npy(file).value()).value()) == text_of(file));
}

TEST_CASE("The header's entries may come in any order and spacing") {
  const std::string values = raw(1.0f) + raw(2.0f);
  for (const char* header : {"{'shape':(1,2),'fortran_order':False,'descr':'=f4'}",
                             "{\"descr\": \"<f4\", 'shape': (2,), 'fortran_order': True,}\n",
                             " { 'fortran_order' : False , 'shape' : ( 1 , 2 , ) , 'descr' : '<f4' , } \n"}) {
    INFO(header);
    const auto array = read_npy(bytes_of(npy(header, values)));
    REQUIRE(array);
    CHECK(array->size() == 2);
    CHECK(array->all()[1] == 2.0f);
  }
}

TEST_CASE("Headers that are inconsistent or not a dict are refused") {
  CHECK_THAT(refusal(read_exactly(read_npy, "")), Contains("not an npy file"));
  CHECK_THAT(refusal(read_exactly(read_npy, "PK\x03\x04 an npz")), Contains("not an npy file"));
  CHECK_THAT(refusal(read_exactly(read_npy, "\x93NUMPY\x04" + std::string(9, '\0'))), Contains("version 4.0"));
  CHECK_THAT(refusal(read_exactly(read_npy, "\x93NUMPY\x02" + std::string(1, '\0') + "\xff\xff\xff\xff")),
             Contains("header of 4294967295 bytes, found 0"));
  const auto shape = [](const std::string& text, std::size_t bytes) {
    return refused_npy("{'descr': '<f4', 'fortran_order': False, 'shape': " + text + "}", bytes);
  };
  CHECK(shape("(2,)", 8).empty());
  CHECK_THAT(shape("(2,)", 7), Contains("expected 8 bytes of values for shape [2], found 7"));
  CHECK_THAT(shape("(2,)", 9), Contains("found 9"));
  CHECK_THAT(shape("(4294967296, 4294967296)", 8), Contains("64 bits"));
  CHECK_THAT(shape("(99999999999999999999,)", 8), Contains("2^64"));
  CHECK_THAT(shape("()", 4), Contains("1 or 2 dimensions"));
  CHECK_THAT(shape("(1, 1, 2)", 8), Contains("1 or 2 dimensions"));
  CHECK_THAT(shape("(0, 5)", 0), Contains("at least one value"));
  CHECK_THAT(shape("(1000000000000, 0)", 0), Contains("at least one value"));
  CHECK_THAT(shape("(-2,)", 8), Contains("whole numbers"));
  CHECK_THAT(shape("2", 8), Contains("a tuple"));
  CHECK_THAT(shape("(2 2)", 8), Contains(", or )"));
  CHECK_THAT(refused_npy(""), Contains("a dict"));
  CHECK_THAT(refused_npy("{}"), Contains("expected descr"));
  CHECK_THAT(refused_npy("{'descr': '<f4', 'shape': (2,)}"), Contains("expected descr"));
  CHECK_THAT(refused_npy("{'descr': [('a', '<f4')], 'shape': (2,), 'fortran_order': False}"), Contains("structured"));
  CHECK_THAT(refused_npy("{'descr': '<f4', 'descr': '<f4', 'shape': (2,), 'fortran_order': False}"), Contains("twice"));
  CHECK_THAT(refused_npy("{'evil': '<f4'}"), Contains("\"evil\""));
  CHECK_THAT(refused_npy("{'descr': '<f4', 'shape': (2,), 'fortran_order': 0}"), Contains("True or False"));
  CHECK_THAT(refused_npy("{'descr': '<f4', 'shape': (2,), 'fortran_order': False} x"), Contains("its end"));
  CHECK_THAT(refused_npy("{'descr': '<f4"), Contains("descr as a string"));
}

TEST_CASE("Truncated and damaged arrays are refused or read") {
  const auto file = data_file("fortran_f8.npy");
  mistreat(read_npy, text_of(file), file.size());
}
