#include "suite.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "native/serve.hpp"
#include "native/table.hpp"

using namespace lodestone;
using namespace lodestone::bench;

namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

ByteView bytes(const std::string& file) { return {reinterpret_cast<const std::byte*>(file.data()), file.size()}; }

const Sounds& sounds() {
  static const Sounds sounds = Sounds::read(bytes(read_file(LODESTONE_SOUNDS "/piano.wav")),
                                            bytes(read_file(LODESTONE_TEST_DATA "/lws/signals.safetensors")))
                                   .value();
  return sounds;
}

/// One workload that gives `checksum`, while 2 is expected, to within 0.1.
Suite suite_that_gives(double checksum) {
  const auto setup = [=](const Sounds&) -> Prepared {
    return {.units = 3, .run = [] {}, .checksum = [=] { return checksum; }};
  };
  return Suite({{.name = "group/it", .unit = "thing", .expected = 2, .tolerance = 0.1, .setup = setup}});
}

/// The answers to a setup and one run.
std::string served(Suite suite) {
  std::istringstream requests(
      "{\"do\":\"setup\",\"workload\":\"group/it\"}\n{\"do\":\"run\",\"workload\":\"group/it\",\"runs\":2}\n");
  std::ostringstream answers;
  serve(suite, sounds(), requests, answers);
  return answers.str();
}

std::string reply(const std::string& request) {
  Suite suite = suite_that_gives(2);
  std::istringstream requests(request + "\n");
  std::ostringstream answers;
  serve(suite, sounds(), requests, answers);
  return answers.str();
}

}  // namespace

TEST_CASE("every workload computes what it should") {
  Suite suite;
  for (std::size_t i = 0; i < suite.size(); ++i) {
    INFO(suite.workload(i).name);
    CHECK(suite.setup(i, sounds()) > 0);
    suite.before(i, 1);
    suite.run(i, 1);
    const double checksum = suite.checksum(i);
    INFO("checksum " << checksum << ", expected " << suite.workload(i).expected);
    CHECK(suite.workload(i).is_right(checksum));
    suite.release(i);
  }
}

TEST_CASE("a workload gives the same checksum however often it has run") {
  Suite suite;
  for (const char* name : {"stft-stream/512-128", "gates-forward/1x128", "gates-backward/64x128", "train-step/A",
                           "generate-window/A", "generate-stateful/A", "player-hop/A-stateful"}) {
    INFO(name);
    const std::size_t i = suite.find(name);
    REQUIRE(i < suite.size());
    suite.setup(i, sounds());
    suite.before(i, 3);
    suite.run(i, 3);
    CHECK(suite.workload(i).is_right(suite.checksum(i)));
  }
}

TEST_CASE("workload names are unique") {
  std::set<std::string> names;
  for (const Workload& workload : workloads()) CHECK(names.insert(workload.name).second);
  CHECK(names.size() > 80);
}

TEST_CASE("a wrong checksum is a failed run") {
  CHECK(served(suite_that_gives(2.05)).find("\"ok\":true") != std::string::npos);
  CHECK(served(suite_that_gives(2.2)).find("\"ok\":false") != std::string::npos);
  CHECK(served(suite_that_gives(NAN)).find("\"ok\":false") != std::string::npos);
  Suite right = suite_that_gives(2);
  Suite wrong = suite_that_gives(1);
  CHECK(print_table(right, sounds(), "", 0));
  CHECK_FALSE(print_table(wrong, sounds(), "", 0));
}

TEST_CASE("each request gets one line") {
  CHECK(reply(R"({"do":"list"})").find(R"("workloads":[{"name":"group/it","unit":"thing"}])") != std::string::npos);
  CHECK(reply(R"({"do":"setup","workload":"group/it"})") == "{\"unitsPerRun\":3}\n");
  CHECK(reply(R"({"do":"setup","workload":"other"})") == "{\"error\":\"there is no workload other\"}\n");
  CHECK(reply(R"({"do":"run","workload":"group/it"})") == "{\"error\":\"group/it has not been set up\"}\n");
  CHECK(reply("nonsense").find("{\"error\":") == 0);
}

TEST_CASE("a weighted sum detects swapped values") {
  const float values[] = {1, -2, 3};
  const float swapped[] = {1, 3, -2};
  CHECK(weighted_sum(values) == Approx(1 + 2 * 62 / 61.0 + 3 * 63 / 61.0));
  CHECK(weighted_sum(values) != Approx(weighted_sum(swapped)).epsilon(1e-3));
}
