#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cli/fake_host.hpp"
#include "cli/kinds.hpp"
#include "lodestone/lodestone.hpp"
#include "verify/checks.hpp"
#include "verify/lws_case.hpp"

using namespace lodestone;

namespace {

std::vector<std::byte> vector_file(const std::string& name) {
  std::ifstream file(std::string(LODESTONE_TEST_DATA) + "/" + name, std::ios::binary);
  REQUIRE(file);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  return {data, data + bytes.size()};
}

/// Adds `amount` to the value `index` of a float32 tensor in the file.
void disturb(std::vector<std::byte>& bytes, std::string_view name, std::size_t index, float amount) {
  const auto file = read_safetensors(bytes).value();
  const TensorView* tensor = file.find(name);
  REQUIRE(tensor);
  std::byte* place = bytes.data() + (tensor->bytes.data() - bytes.data()) + index * sizeof(float);
  float value = 0;
  std::memcpy(&value, place, sizeof value);
  value += amount;
  std::memcpy(place, &value, sizeof value);
}

}  // namespace

TEST_CASE("verify passes for the vectors, whatever the files are called") {
  FakeHost host;
  host.files["a"] = vector_file("magnet/tiny.safetensors");
  host.files["b.npy"] = vector_file("stft/drums-512-128.safetensors");
  host.files["c"] = vector_file("lws/a_512_256.safetensors");
  CHECK(host.run({"a", "b.npy", "c"}) == 0);
  INFO(host.out << host.err);
  CHECK(contains(host.out, "generate/stateful"));
  CHECK(contains(host.out, "history"));
  CHECK_FALSE(contains(host.out, "FAIL"));
  CHECK(host.run({"a", "--json"}) == 0);
  CHECK(contains(host.out, "\"failed\": 0"));
}

TEST_CASE("verify detects a disturbed vector") {
  const struct {
    const char* file;
    const char* tensor;
    float amount;
  } cases[] = {
      {"magnet/tiny.safetensors", "step1/grad/fc.weight", 0.1f},
      {"magnet/tiny.safetensors", "after20/batch_norm.running_mean", 0.1f},
      {"magnet/tiny.safetensors", "generate/window", 0.1f},
      {"magnet/tiny.safetensors", "eval/prediction", NAN},
      {"stft/drums-512-128.safetensors", "magnitudes", 0.1f},
      {"lws/a_512_256.safetensors", "batch5/spectrum", 1.0f},
      {"lws/a_512_256.safetensors", "nofuture1_q2fix/spectrum", INFINITY},
  };
  for (const auto& wrong : cases) {
    INFO(wrong.file << " " << wrong.tensor);
    FakeHost host;
    host.files["v"] = vector_file(wrong.file);
    disturb(host.files["v"], wrong.tensor, 5, wrong.amount);
    CHECK(host.run({"v"}) == 1);
    CHECK(contains(host.out, "FAIL"));
  }
  FakeHost host;
  host.files["v"] = vector_file("lws/a_512_256.safetensors");
  disturb(host.files["v"], "nofuture1/spectrum", 5, 1.0f);
  CHECK(host.run({"v"}) == 0);  // history is not counted
}

TEST_CASE("verify of files that cannot be verified") {
  FakeHost host;
  host.files["good"] = vector_file("magnet/tiny.safetensors");
  host.files["bad"] = vector_file("magnet/tiny.safetensors");
  disturb(host.files["bad"], "step1/prediction", 0, 1);
  host.put("text", "hello");
  CHECK(host.run({"good", "text"}) == 2);
  CHECK(contains(host.out, "generate/window"));  // the others are verified nevertheless
  CHECK(host.run({"bad", "text"}) == 1);
  CHECK(host.run({"none"}) == 2);
  for (const std::size_t size : {std::size_t{0}, std::size_t{9}, std::size_t{100}, host.files["good"].size() - 1}) {
    host.files["cut"].assign(host.files["good"].begin(),
                             host.files["good"].begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(host.run({"cut"}) == 2);
  }
  host.files["signals.safetensors"] = vector_file("lws/signals.safetensors");
  CHECK(host.run({"signals.safetensors"}) == 2);
  CHECK(contains(host.err, "quality.json"));
  host.cancel_after = 1;
  CHECK(host.run({"good"}) == 130);
}

TEST_CASE("the command line of lodestone-verify") {
  FakeHost host;
  CHECK(host.run({"--help"}) == 0);
  CHECK(contains(host.out, "Usage: lodestone-verify FILE... [options]"));
  CHECK(host.run({}) == 2);
  CHECK(contains(host.err, "lodestone-verify got no file; usage: lodestone-verify FILE..."));
  CHECK(host.run({"a", "--jsn", "--json"}) == 2);
  CHECK(contains(host.out, "Did you mean --json?"));
}

TEST_CASE("whole signals are judged by their consistency in dB") {
  FakeHost host;
  host.files["x/signals.safetensors"] = vector_file("lws/signals.safetensors");
  const std::string row =
      "\"signal\": \"f\", \"config\": \"512_128\", \"mode\": \"batch5\", \"q2fix\": null, \"consistency_db\": 1, ";
  const auto quality = vector_file("lws/quality.json");
  const std::string text(reinterpret_cast<const char*>(quality.data()), quality.size());
  const auto at = text.find("{\"signal\":\"f\",\"config\":\"512_128\",\"mode\":\"batch5\"");
  REQUIRE(at != std::string::npos);
  const std::string true_row = text.substr(at, text.find('}', at) + 1 - at);
  host.put("x/quality.json", "[" + true_row + "]");
  CHECK(host.run({"x/signals.safetensors"}) == 0);
  CHECK(host.run({"x/quality.json", "x/signals.safetensors"}) == 0);
  CHECK(contains(host.out, "batch5"));
  host.put("x/quality.json", "[{" + row + "\"fixed_consistency_db\": 99}]");
  CHECK(host.run({"x/signals.safetensors"}) == 1);
  host.put("x/quality.json", "[{" + row + "\"fixed_consistency_db\": null}]");
  CHECK(host.run({"x/signals.safetensors"}) == 2);
}

TEST_CASE("outputs affected by a defect of the reference are history, depending on hop, window and stages") {
  const PhaseStage nofuture{.method = PhaseMethod::nofuture};
  const PhaseStage online{.method = PhaseMethod::online};
  const PhaseStage batch{.method = PhaseMethod::batch};
  const auto stft = [](int size, int hop) { return StftConfig{.size = size, .hop = hop}; };
  CHECK(cli::is_history(stft(512, 128), {nofuture}, "asis"));
  CHECK(cli::is_history(stft(512, 128), {nofuture, online, batch}, "asis"));
  CHECK_FALSE(cli::is_history(stft(512, 128), {nofuture}, "fixed"));
  CHECK_FALSE(cli::is_history(stft(512, 128), {online, batch}, "asis"));
  CHECK(cli::is_history(stft(512, 256), {online}, "asis"));
  CHECK(cli::is_history(stft(512, 256), {nofuture}, "fixed"));  // corrects only the defect at four frames per window
  CHECK_FALSE(cli::is_history(stft(512, 256), {nofuture, online}, "q2fix"));
  CHECK_FALSE(cli::is_history(stft(512, 256), {batch}, "asis"));
  CHECK_FALSE(cli::is_history(stft(600, 200), {nofuture, online}, "asis"));
}

TEST_CASE("NaN is never ok") {
  CHECK(std::isnan(cli::worse(NAN, 1)));
  CHECK(std::isnan(cli::worse(1, NAN)));
  CHECK(cli::worse(1, 2) == 2);
  const std::vector<float> reference{1, 2};
  CHECK(std::isinf(cli::relative_error(std::vector<float>{1, NAN}, reference)));
  CHECK(std::isinf(cli::relative_error(std::vector<float>{1}, reference)));
}
