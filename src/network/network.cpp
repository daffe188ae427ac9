#include "lodestone/network.hpp"

#include <cmath>

#include "errors/message.hpp"
#include "facts/tables.hpp"

namespace lodestone {

std::string_view scale_name(Scale scale) { return enumerator_name(scale); }
bool parse_scale(std::string_view name, Scale& scale) { return parse_enumerator(name, scale); }

std::string_view mode_name(Mode mode) { return enumerator_name(mode); }
bool parse_mode(std::string_view name, Mode& mode) { return parse_enumerator(name, mode); }

namespace {

/// Of a magnitude, before the logarithm.
float factor_of(Scale scale) { return scale == Scale::log1p4 ? 4.0f : 1.0f; }

}  // namespace

void compress(Scale scale, std::span<float> magnitudes) {
  if (scale == Scale::linear) return;
  const float factor = factor_of(scale);
  for (float& value : magnitudes) value = std::log1p(factor * value);
}

void expand(Scale scale, std::span<float> values) {
  if (scale == Scale::linear) return;
  const float factor = factor_of(scale);
  for (float& value : values) value = std::expm1(value) / factor;
}

Status NetworkConfig::check() const {
  if (layers.empty() || layers.size() > 4)
    return out_of_range("number of layers", static_cast<double>(layers.size()), "1 to 4");
  for (const int hidden : layers) {
    if (hidden < 1 || hidden > 4096) return out_of_range("layers", hidden, "1 to 4096 units per layer");
  }
  if (auto error = check_fields(*this)) return error;
  if (group < 1 || group > 16) return out_of_range("group", group, "1 to 16 frames");
  if (components >= 0 && components <= width()) return {};
  return out_of_range("components", components, "0 to {}, the bins", width());
}

}  // namespace lodestone
