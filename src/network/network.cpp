#include "lodestone/network.hpp"

#include <cmath>

#include "errors/message.hpp"

namespace lodestone {

std::string_view scale_name(Scale scale) { return scale == Scale::linear ? "linear" : "log1p"; }

bool parse_scale(std::string_view name, Scale& scale) {
  for (const Scale candidate : {Scale::linear, Scale::log1p}) {
    if (name != scale_name(candidate)) continue;
    scale = candidate;
    return true;
  }
  return false;
}

std::string_view mode_name(Mode mode) { return mode == Mode::window ? "window" : "stateful"; }

bool parse_mode(std::string_view name, Mode& mode) {
  for (const Mode candidate : {Mode::window, Mode::stateful}) {
    if (name != mode_name(candidate)) continue;
    mode = candidate;
    return true;
  }
  return false;
}

void compress(Scale scale, std::span<float> magnitudes) {
  if (scale == Scale::linear) return;
  for (float& value : magnitudes) value = std::log1p(value);
}

void expand(Scale scale, std::span<float> values) {
  if (scale == Scale::linear) return;
  for (float& value : values) value = std::expm1(value);
}

Status NetworkConfig::check() const {
  if (bins < 1 || bins > 32769) return out_of_range("bins", bins, "1 to 32769");
  if (layers.empty() || layers.size() > 4)
    return out_of_range("number of layers", static_cast<double>(layers.size()), "1 to 4");
  for (const int hidden : layers) {
    if (hidden < 1 || hidden > 4096) return out_of_range("layers", hidden, "1 to 4096 units a layer");
  }
  if (sequence < 1 || sequence > 4096) return out_of_range("sequence", sequence, "1 to 4096 frames");
  return {};
}

}  // namespace lodestone
