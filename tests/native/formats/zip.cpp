#include "formats/zip.hpp"

#include "zip_text.hpp"

using namespace lodestone;

namespace {

const std::string two = zip_text({{"a", "first"}, {"b/c", "second one"}});

std::string refused_zip(const std::string& text) { return refusal(read_exactly(read_zip, text)); }

/// The archive with the bytes of `field` at an offset from the n-th occurrence of `mark`.
std::string with(const char* mark, int n, std::size_t offset, const std::string& field) {
  std::size_t place = two.find(mark);
  while (n-- > 0) place = two.find(mark, place + 1);
  return std::string(two).replace(place + offset, field.size(), field);
}

}  // namespace

TEST_CASE("zip: entries are views of the stored bytes") {
  const Bytes bytes = bytes_of(two);
  const auto entries = read_zip(bytes).value();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == "a");
  CHECK(text_of(entries[0].bytes) == "first");
  CHECK(entries[1].name == "b/c");
  CHECK(text_of(entries[1].bytes) == "second one");
  CHECK(read_zip(bytes_of(zip_text({}))).value().empty());
  std::string commented = two;
  commented.replace(commented.size() - 2, 2, raw(std::uint16_t{5}));
  CHECK(refused_zip(commented + "hello").empty());
}

TEST_CASE("zip: inconsistent entries are refused, naming them") {
  const char *directory = "PK\1\2", *local = "PK\3\4", *end = "PK\5\6";
  CHECK_THAT(refused_zip(with(directory, 0, 10, raw(std::uint16_t{8}))), Catch::Contains("\"a\" is compressed"));
  CHECK_THAT(refused_zip(with(directory, 0, 8, raw(std::uint16_t{1}))), Catch::Contains("\"a\" is encrypted"));
  CHECK_THAT(refused_zip(with(directory, 1, 24, raw(std::uint32_t{11}))), Catch::Contains("is compressed"));
  const std::string large = raw(std::uint32_t{4000000000u});
  CHECK_THAT(refused_zip(with(directory, 1, 20, large + large)), Catch::Contains("\"b/c\" is longer than the archive"));
  CHECK_THAT(refused_zip(with(directory, 1, 42, raw(std::uint32_t{0}))), Catch::Contains("overlaps"));
  CHECK_THAT(refused_zip(with(directory, 1, 42, large)), Catch::Contains("lies outside"));
  CHECK_THAT(refused_zip(with(local, 1, 30, "x")), Catch::Contains("\"b/c\" is not where the directory says"));
  CHECK_THAT(refused_zip(with(end, 0, 10, raw(std::uint16_t{3}))), Catch::Contains("fewer entries than it states"));
  CHECK_THAT(refused_zip(with(end, 0, 10, raw(std::uint16_t{1}))), Catch::Contains("more entries than it states"));
  CHECK_THAT(refused_zip(with(end, 0, 10, raw(std::uint16_t{5000}))),
             Catch::Contains("5000 entries; allowed: up to 4096"));
  CHECK_THAT(refused_zip(with(end, 0, 16, large)), Catch::Contains("the directory lies outside"));
  CHECK_THAT(refused_zip(with(end, 0, 16, raw(std::uint32_t{0xffffffff}))), Catch::Contains("beyond 4 GB"));
  CHECK_THAT(refused_zip(zip_text({{"a", "1"}, {"a", "2"}})), Catch::Contains("\"a\" occurs twice"));
  CHECK_THAT(refused_zip(""), Catch::Contains("has no end record"));
}

TEST_CASE("zip: truncated and damaged archives") { mistreat(read_zip, two, two.size()); }
