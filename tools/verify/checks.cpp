#include "verify/checks.hpp"

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"
#include "network/tensor.hpp"

namespace lodestone::cli {
namespace {

template <class Number>
double largest_difference(std::span<const Number> values, std::span<const Number> reference) {
  if (values.size() != reference.size()) return INFINITY;
  double difference = 0;
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double d = std::fabs(static_cast<double>(values[i]) - static_cast<double>(reference[i]));
    if (!std::isfinite(d)) return INFINITY;
    difference = std::max(difference, d);
    largest = std::max(largest, std::fabs(static_cast<double>(reference[i])));
  }
  return largest > 0 ? difference / largest : difference;
}

std::string shape_words(std::span<const std::uint64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i > 0 ? ", " : "") + (shape[i] == 0 ? "any" : std::to_string(shape[i]));
  return text + "]";
}

}  // namespace

void Checks::add(std::string name, double error, double tolerance) {
  quantities_.push_back({std::move(name), error, tolerance, error <= tolerance ? Verdict::ok : Verdict::fail});
}

void Checks::add_history(std::string name, double error, double tolerance) {
  quantities_.push_back({std::move(name), error, tolerance, Verdict::history});
}

Status Checks::advance(double share, std::string_view what) {
  if (host_.cancelled()) return Error{ErrorCode::cancelled, "stopped; not everything was verified"};
  progress_.update(share, what);
  return {};
}

std::size_t Checks::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(quantities_.begin(), quantities_.end(), [&](const Quantity& q) { return q.verdict == verdict; }));
}

std::string_view verdict_name(Checks::Verdict verdict) {
  switch (verdict) {
    case Checks::Verdict::ok:
      return "ok";
    case Checks::Verdict::fail:
      return "FAIL";
    case Checks::Verdict::history:
      break;
  }
  return "history";
}

double worse(double worst, double error) { return error <= worst || std::isnan(worst) ? worst : error; }

double relative_error(std::span<const float> values, std::span<const float> reference) {
  return largest_difference(values, reference);
}

double relative_error(std::span<const double> values, std::span<const double> reference) {
  return largest_difference(values, reference);
}

Result<const TensorView*> tensor(const Safetensors& file, std::string_view name, std::span<const std::uint64_t> shape) {
  const TensorView* found = file.find(name);
  if (!found) return Error{ErrorCode::invalid_data, "tensor " + std::string(name) + " is missing"};
  const auto fits = [](std::uint64_t size, std::uint64_t wanted) { return wanted == 0 || size == wanted; };
  if (!shape.empty() && !std::equal(found->shape.begin(), found->shape.end(), shape.begin(), shape.end(), fits)) {
    return Error{ErrorCode::invalid_data, "tensor " + std::string(name) + " has the shape " +
                                              shape_words(found->shape) + "; expected " + shape_words(shape)};
  }
  return found;
}

Result<Array2<float>> matrix(const Safetensors& file, std::string_view name) {
  constexpr std::uint64_t any[] = {0, 0};
  const auto found = tensor(file, name, any);
  if (!found) return found.error();
  auto values = Array2<float>::create((*found)->shape[0], (*found)->shape[1]);
  if (!values) return values;
  if (auto error = copy_floats(**found, values->all())) return *error;
  return values;
}

Result<int> whole(const Safetensors& file, std::string_view key, int low, int high) {
  const std::string* text = file.find_metadata(key);
  std::int64_t value = 0;
  if (text && parse_integer(*text, value) && value >= low && value <= high) return static_cast<int>(value);
  return Error{ErrorCode::invalid_data,
               "metadata " + std::string(key) + " is " + (text ? "\"" + *text + "\"" : "missing") +
                   "; expected a whole number from " + std::to_string(low) + " to " + std::to_string(high)};
}

}  // namespace lodestone::cli
