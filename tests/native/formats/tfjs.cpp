#include "lodestone/import.hpp"
#include "support.hpp"

using namespace lodestone;

namespace {

std::string shards() { return vector_file("tfjs/group1-shard1of2.bin") + vector_file("tfjs/group1-shard2of2.bin"); }

Result<Model> parse_tfjs(ByteView json) { return read_tfjs(json, bytes_of(shards()), {}); }

}  // namespace

TEST_CASE("tfjs: a model written by TensorFlow.js, and the same model written by Keras") {
  const Bytes json = bytes_of(vector_file("tfjs/model.json"));
  CHECK(model_format(json) == ModelFormat::tfjs);
  CHECK(tfjs_shards(json).value() == std::vector<std::string>{"group1-shard1of2.bin", "group1-shard2of2.bin"});
  const Model model = parse_tfjs(json).value();
  CHECK(model.network == NetworkConfig{.bins = 17, .layers = {6, 5}});
  CHECK(model.stft == StftConfig{.size = 32, .hop = 8});
  const Model keras =
      read_tfjs(bytes_of(vector_file("keras/model.json")), bytes_of(vector_file("keras/group1-shard1of1.bin")), {})
          .value();
  CHECK(text_of(write_model(keras).value()) == text_of(write_model(model).value()));
}

TEST_CASE("tfjs: epsilon becomes part of the variance") {
  std::string json = vector_file("tfjs/model.json");
  const Model usual = parse_tfjs(bytes_of(json)).value();
  json.replace(json.find("\"epsilon\":0.001"), 15, "\"epsilon\":0.501");
  const Model larger = parse_tfjs(bytes_of(json)).value();
  for (std::size_t i = 0; i < 17; ++i) {
    CHECK(larger.weights.running_var[i] == Approx(usual.weights.running_var[i] + 0.5f).epsilon(1e-6));
    CHECK(larger.weights.norm_weight[i] == usual.weights.norm_weight[i]);
  }
}

TEST_CASE("tfjs: damaged and truncated") {
  const std::string json = vector_file("tfjs/model.json");
  mistreat(parse_tfjs, json, 1000);
  for (std::size_t size = 0; size < shards().size(); size += 97) {
    CHECK_FALSE(read_tfjs(bytes_of(json), bytes_of(shards().substr(0, size)), {}));
  }
}
