#include <algorithm>
#include <cmath>
#include <complex>

#include "cli/text.hpp"
#include "phase/lws_weights.hpp"
#include "verify/checks.hpp"
#include "verify/lws_case.hpp"

namespace lodestone::cli {
namespace {

constexpr double table_tolerance = 1e-9;      // windows and weights are computed in double precision on both sides
constexpr double magnitude_tolerance = 1e-5;  // relative, every bin
constexpr double close = 1e-3;                // of A: what counts as equal ...
constexpr int well_conditioned = 13;          // ... among bins with at least this many bits
constexpr double farthest = 5e-3;             // of A: correct builds with a different order of summation reach 1.2e-3
constexpr double smallest_l2 = 1e-5;

/// Windows and weights: the largest difference over the largest entry.
Status compare_doubles(const Safetensors& file, std::string_view name, std::span<const double> values, bool history,
                       Checks& checks) {
  const auto found = tensor(file, name);
  if (!found) return found.error();
  const auto reference = to_doubles(**found);
  if (!reference) return reference.error();
  const double error = relative_error(values, *reference);
  if (history)
    checks.add_history(std::string(name), error, table_tolerance);
  else
    checks.add(std::string(name), error, table_tolerance);
  return {};
}

/// With two frames per window the reference's window and weights for no-future are all zero, unless the table says
/// otherwise.
bool initial_is_history(const LwsCase& lws) { return 2 * lws.stft.hop == lws.stft.window_length(); }

Status verify_windows(const Safetensors& file, const LwsCase& lws, Checks& checks) {
  if (!file.find("windows/awin")) return {};
  const auto windows = lws_windows(lws.stft);
  if (!windows) return windows.error();
  const struct {
    std::string_view name;
    const Buffer<double>& values;
    bool history;
  } all[] = {{"windows/awin", windows->analysis, false},
             {"windows/swin", windows->synthesis, false},
             {"windows/win_ai", windows->initial, initial_is_history(lws)},
             {"windows/win_af", windows->newest, false}};
  for (const auto& window : all) {
    if (auto error = compare_doubles(file, window.name, window.values, window.history, checks)) return error;
  }
  return {};
}

/// W[bin mod Q][frame distance][bin distance], re and im.
Status verify_table(const Safetensors& file, std::string_view name, const LwsWeights& weights, LwsKind kind,
                    bool history, Checks& checks) {
  const auto frames = static_cast<std::uint64_t>(weights.reach() + 1);
  const auto range = static_cast<std::uint64_t>(weights.range() + 1);
  const std::uint64_t shape[] = {0, frames, range, 2};
  const auto found = tensor(file, name, shape);
  if (!found) return found.error();
  auto values = Buffer<double>::create((*found)->count());
  if (!values) return values.error();
  std::size_t i = 0;
  for (std::uint64_t n = 0; n < (*found)->shape[0]; ++n) {
    for (int r = 0; r <= weights.reach(); ++r) {
      for (int k = 0; k <= weights.range(); ++k) {
        const std::complex<double> weight = weights.weight(kind, static_cast<std::int64_t>(n), r, k);
        (*values)[i++] = weight.real();
        (*values)[i++] = weight.imag();
      }
    }
  }
  return compare_doubles(file, name, *values, history, checks);
}

Status verify_weights(const Safetensors& file, const LwsCase& lws, Checks& checks) {
  const auto weights = LwsWeights::create(lws.stft, lws.weight_range);
  if (!weights) return weights.error();
  const struct {
    std::string_view name;
    LwsKind kind;
    bool history;
  } tables[] = {{"weights/W", LwsKind::full, false},
                {"weights/W_ai", LwsKind::initial, initial_is_history(lws)},
                {"weights/W_ai_q2fix", LwsKind::initial, false},
                {"weights/W_af", LwsKind::newest, false}};
  for (const auto& table : tables) {
    if (!file.find(table.name)) continue;
    if (auto error = verify_table(file, table.name, *weights, table.kind, table.history, checks)) return error;
  }
  return {};
}

/// A complex tensor `[frames, bins, 2]`.
Result<Spectrum> read_complex(const Safetensors& file, const std::string& name, const Magnitudes& magnitudes) {
  const std::uint64_t shape[] = {magnitudes.values.rows(), magnitudes.values.cols(), 2};
  const auto found = tensor(file, name, shape);
  if (!found) return found.error();
  const auto values = to_floats(**found);
  if (!values) return values.error();
  Spectrum spectrum;
  spectrum.stft = magnitudes.stft;
  auto bins = Array2<std::complex<float>>::create(shape[0], shape[1]);
  if (!bins) return bins.error();
  spectrum.values = std::move(*bins);
  for (std::size_t i = 0; i < spectrum.values.size(); ++i) {
    spectrum.values.data()[i] = {(*values)[2 * i], (*values)[2 * i + 1]};
  }
  return spectrum;
}

Result<Magnitudes> copy_of(const Magnitudes& magnitudes) {
  auto values = magnitudes.values.clone();
  if (!values) return values.error();
  Magnitudes copy;
  copy.stft = magnitudes.stft;
  copy.samples = magnitudes.samples;
  copy.values = std::move(*values);
  return copy;
}

/// How much a spectrum differs from the reference's.
struct Distance {
  double magnitude = 0;  ///< largest relative difference of the magnitudes
  double worst = 0;      ///< largest |S − reference|/A among the well-conditioned bins
  double far_share = 0;  ///< share of them that lie more than `close` apart
  double l2 = 0;         ///< of all differences, over that of A
};

Distance distance(const Magnitudes& magnitudes, const Spectrum& found, const Spectrum& reference,
                  std::span<const float> bits) {
  Distance result;
  double difference_energy = 0;
  double energy = 0;
  std::size_t conditioned = 0;
  std::size_t far = 0;
  for (std::size_t i = 0; i < magnitudes.values.size(); ++i) {
    const double a = magnitudes.values.data()[i];
    const auto s = static_cast<std::complex<double>>(found.values.data()[i]);
    const auto r = static_cast<std::complex<double>>(reference.values.data()[i]);
    const double difference = std::abs(s - r);
    difference_energy += difference * difference;
    energy += a * a;
    if (a == 0) {
      if (s != 0.0) result.magnitude = INFINITY;
      continue;
    }
    result.magnitude = worse(result.magnitude, std::fabs(std::abs(s) - a) / a);
    if (bits[i] < well_conditioned) continue;
    ++conditioned;
    far += !(difference <= close * a);
    result.worst = worse(result.worst, difference / a);
  }
  result.far_share = conditioned > 0 ? static_cast<double>(far) / static_cast<double>(conditioned) : 0;
  result.l2 = energy > 0 ? std::sqrt(difference_energy / energy) : 0;
  return result;
}

/// Sequential stages amplify rounding from frame to frame: with online LWS fewer bins have to agree, and the rest are
/// unbounded.
void judge(const LwsOutput& output, const Distance& found, bool history, Checks& checks) {
  const auto add = [&](std::string_view what, double error, double tolerance) {
    std::string name = output.name + ": " + std::string(what);
    if (history)
      checks.add_history(std::move(name), error, tolerance);
    else
      checks.add(std::move(name), error, tolerance);
  };
  const bool online = has_online(output.stages);
  add("magnitude", found.magnitude, magnitude_tolerance);
  add("share of bins beyond 1e-3", found.far_share, online ? 0.01 : 0.001);
  if (online) return;
  add("worst bin", found.worst, farthest);
  add("l2", found.l2, std::max(4 * output.sensitivity, smallest_l2));
}

Status verify_output(const Safetensors& file, const LwsCase& lws, const Magnitudes& magnitudes, const LwsOutput& output,
                     Checks& checks) {
  const std::uint64_t shape[] = {magnitudes.values.rows(), magnitudes.values.cols()};
  const auto bits_tensor = tensor(file, output.name + "/bits", shape);
  if (!bits_tensor) return bits_tensor.error();
  const auto bits = to_floats(**bits_tensor);
  if (!bits) return bits.error();
  const auto reference = read_complex(file, output.name + "/spectrum", magnitudes);
  if (!reference) return reference.error();
  Spectrum start;
  if (output.warm) {
    auto read = read_complex(file, "warm_start", magnitudes);
    if (!read) return read.error();
    start = std::move(*read);
  }
  auto input = copy_of(magnitudes);
  if (!input) return input.error();
  const PhaseConfig config{output.stages, lws.look_ahead, lws.weight_range};
  const auto found = reconstruct(std::move(*input), config, output.warm ? &start : nullptr);
  if (!found) return found.error();
  judge(output, distance(magnitudes, *found, *reference, *bits), is_history(lws.stft, output.stages, output.variant),
        checks);
  return {};
}

}  // namespace

Status verify_lws(const Safetensors& file, Checks& checks) {
  const auto lws = read_lws_case(file);
  if (!lws) return lws.error();
  auto values = matrix(file, "magnitudes");
  if (!values) return values.error();
  Magnitudes magnitudes;
  magnitudes.stft = lws->stft;
  magnitudes.values = std::move(*values);
  if (auto error = verify_windows(file, *lws, checks)) return error;
  if (auto error = verify_weights(file, *lws, checks)) return error;
  for (std::size_t i = 0; i < lws->outputs.size(); ++i) {
    const LwsOutput& output = lws->outputs[i];
    if (auto error = checks.advance(static_cast<double>(i) / static_cast<double>(lws->outputs.size()), output.name))
      return error;
    if (auto error = verify_output(file, *lws, magnitudes, output, checks)) return error;
  }
  return {};
}

}  // namespace lodestone::cli
