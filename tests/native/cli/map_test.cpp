#include <catch2/catch.hpp>
#include <cmath>

#include "fake_host.hpp"
#include "lodestone/mapping_file.hpp"

using namespace lodestone;

namespace {

/// 40 rows in 20 takes of two: pitch follows x, kind says on which side of 0.5 it is.
FakeHost host_with_examples() {
  FakeHost host;
  std::string text = "take,x,y,pitch,kind\n";
  for (int i = 0; i < 40; ++i) {
    const double x = (i * 7 % 40) / 40.0;
    text += std::to_string(i / 2) + ',' + std::to_string(x) + ",5," + std::to_string(200 + 600 * x * x) + ',' +
            (i < 20 ? "" : "late") + '\n';
  }
  host.put("e.csv", text);
  return host;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string text_of(const FakeHost& host, const std::string& path) {
  const auto& bytes = host.files.at(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("map train, run, info and evaluate") {
  FakeHost host = host_with_examples();
  for (const std::string model : {"kernel", "mlp", "linear"}) {
    REQUIRE(host.run({"map", "train", "e.csv", "-o", "m.safetensors", "--targets", "pitch", "--model", model,
                      "--degree", "2", "--label", "kind"}) == 0);
    CHECK(contains(host.out, "pitch"));
    host.put("i.csv", "y,x\n5,0.5\n5,\n");
    REQUIRE(host.run({"map", "run", "m.safetensors", "i.csv", "-o", "o.csv"}) == 0);
    const std::string results = text_of(host, "o.csv");
    CHECK(results.starts_with("pitch,pitch confidence,label,label confidence\n"));
    const double pitch = std::stod(results.substr(results.find('\n') + 1));
    CHECK(pitch == Approx(350).margin(60));
    const std::size_t second = results.find('\n', results.find('\n') + 1) + 1;
    CHECK(std::stod(results.substr(second)) == pitch);  // a missing input keeps its value
    REQUIRE(host.run({"map", "info", "m.safetensors"}) == 0);
    CHECK(contains(host.out, model));
    CHECK(contains(host.out, "late"));
  }
  REQUIRE(host.run({"map", "evaluate", "e.csv", "--targets", "pitch", "--label", "kind", "--epochs", "20"}) == 0);
  for (const auto name : {"kernel", "mlp", "linear, degree 2", "nearest", "gesture"}) CHECK(contains(host.out, name));
}

TEST_CASE("map says what is wrong") {
  FakeHost host = host_with_examples();
  const auto message = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "map");
    CHECK(host.run(words) == 2);
    return host.err;
  };
  CHECK(contains(message({}), "there is no command \"map\""));
  CHECK(contains(message({"tain"}), "Did you mean map train?"));
  CHECK(contains(message({"train", "e.csv", "-o", "m"}), "--targets or --label is missing"));
  CHECK(contains(message({"train", "e.csv", "-o", "m", "--targets", "pich"}), "e.csv: there is no column \"pich\""));
  host.put("bad.csv", "x,pitch\n1,2\n1,a\n");
  CHECK(contains(message({"train", "bad.csv", "-o", "m", "--targets", "pitch"}),
                 "bad.csv: line 3, column 2 (\"pitch\") is \"a\"; expected a number"));
  CHECK(contains(message({"info", "e.csv"}), "e.csv: "));
  CHECK_FALSE(host.exists("m"));
  CHECK(contains(message({"train", "e.csv", "-o", "m", "--targets", "pitch"}),
                 "e.csv: the take from row 1: a take has no row without missing inputs"));
  REQUIRE(host.run({"map", "train", "e.csv", "-o", "m", "--targets", "pitch", "--label", "kind"}) == 0);
  host.put("i.csv", "x\n1\n");
  CHECK(contains(message({"run", "m", "i.csv", "-o", "o"}), "i.csv: there is no column \"y\""));
}

TEST_CASE("map train stops when asked to, and writes nothing") {
  FakeHost host = host_with_examples();
  host.cancel_after = 0;
  CHECK(host.run({"map", "train", "e.csv", "-o", "m", "--targets", "pitch", "--label", "kind", "--model", "mlp",
                  "--epochs", "100000", "--patience", "100000"}) == 130);
  CHECK_FALSE(host.exists("m"));
}
