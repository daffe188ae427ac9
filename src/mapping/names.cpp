#include <cmath>

#include "errors/message.hpp"
#include "facts/fields.hpp"
#include "facts/tables.hpp"
#include "lodestone/mapping.hpp"

namespace lodestone {

namespace {

Status check_name(const std::string& name, std::span<const std::string* const> before) {
  if (name.empty()) return refused("a name is empty");
  for (const std::string* other : before) {
    if (*other == name) return refused("the name {} is there twice", quoted(name));
  }
  return {};
}

Status check_layers(std::span<const int> layers) {
  if (layers.empty() || layers.size() > 2) return refused("there are {} layers; allowed: 1 or 2", layers.size());
  for (const int size : layers) {
    if (size < 1 || size > 256) return out_of_range("layers", size, "1 to 256 units");
  }
  return {};
}

}  // namespace

Status MappingNames::check() const {
  if (inputs.empty() || inputs.size() > 1024) return refused("there are {} inputs; allowed: 1 to 1024", inputs.size());
  if (outputs.size() > 256) return refused("there are {} outputs; allowed: 0 to 256", outputs.size());
  std::vector<const std::string*> seen;
  for (const std::string& input : inputs) {
    if (auto bad = check_name(input, seen)) return bad;
    seen.push_back(&input);
  }
  for (const auto& [name, low, high] : outputs) {
    if (auto bad = check_name(name, seen)) return bad;
    seen.push_back(&name);
    if (!(std::abs(low) <= 1e30 && std::abs(high) <= 1e30 && low < high)) {
      return refused("the range of {} is {} to {}; allowed: ascending, within ±1e30", quoted(name), low, high);
    }
  }
  return {};
}

Status MappingSettings::check(const MappingNames& names) const {
  if (auto bad = check_fields(config)) return bad;
  if (auto bad = check_layers(config.layers)) return bad;
  if (!outputs.empty() && outputs.size() != names.outputs.size()) {
    return refused("there are choices for {} outputs; expected {}", outputs.size(), names.outputs.size());
  }
  for (const auto& [model, inputs] : outputs) {
    if (model < Regression::kernel || model > Regression::linear) return refused("an output chooses an unknown model");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] >= names.inputs.size() || (i > 0 && inputs[i] <= inputs[i - 1])) {
        return refused("an output reads the input {}; allowed: ascending, below {}", inputs[i], names.inputs.size());
      }
    }
  }
  return {};
}

}  // namespace lodestone
