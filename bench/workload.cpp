#include "workload.hpp"

#include "lodestone/random.hpp"

namespace lodestone::bench {
namespace {

Result<Buffer<float>> signal(const Safetensors& file, const char* name) {
  const TensorView* tensor = file.find(name);
  if (!tensor) return Error{ErrorCode::invalid_data, std::string("the signals have no tensor ") + name};
  return to_floats(*tensor);
}

}  // namespace

Result<Sounds> Sounds::read(ByteView piano, ByteView signals) {
  auto sound = read_wav(piano);
  if (!sound) return sound.error();
  auto file = read_safetensors(signals);
  if (!file) return file.error();
  Sounds sounds;
  sounds.piano = std::move(sound->samples);
  const struct {
    const char* name;
    Buffer<float>& samples;
  } wanted[] = {{"a", sounds.a}, {"b", sounds.b}, {"d", sounds.d}};
  for (const auto& [name, samples] : wanted) {
    auto found = signal(*file, name);
    if (!found) return found.error();
    samples = std::move(*found);
  }
  return sounds;
}

std::vector<Workload> workloads() {
  std::vector<Workload> all;
  for (auto add : {add_spectrum, add_kernels, add_training, add_generation, add_phase, add_player}) add(all);
  return all;
}

std::string sizes(const StftConfig& config) { return std::to_string(config.size) + "-" + std::to_string(config.hop); }

double weighted_sum(std::span<const float> values) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += std::abs(static_cast<double>(values[i])) * (1 + static_cast<double>(i % 61) / 61);
  }
  return sum;
}

Buffer<float> noise(std::size_t count, std::uint32_t seed) {
  auto values = Buffer<float>::create(count).value();
  Random random(seed);
  for (float& value : values) value = 2 * random.uniform() - 1;
  return values;
}

}  // namespace lodestone::bench
