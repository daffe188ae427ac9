#include <algorithm>
#include <cmath>
#include <complex>

#include "spectrum/analysis_window.hpp"
#include "spectrum/fft.hpp"
#include "spectrum/framing.hpp"
#include "verify/checks.hpp"
#include "verify/lws_case.hpp"

namespace lodestone::cli {
namespace {

/// By how many dB of consistency whole signals may differ because of rounding.
double quality_tolerance(const LwsQuality& quality) {
  constexpr double tie = 0.3;
  if (has_online(quality.stages)) return 2;
  const bool batch_alone = quality.stages.size() == 1 && quality.stages[0].method == PhaseMethod::batch;
  if (!batch_alone) return 0.1;
  const PhaseStage& stage = quality.stages[0];
  if (stage.alpha == 0) return stage.iterations > 5 ? 0.2 : 0.1;
  const double tolerance = stage.iterations > 5 ? 0.01 : 0.001;
  // If the reference itself moves by more than that when its input is perturbed by 1e-7, two phases fit equally well.
  return quality.spread > tolerance ? tie : tolerance;
}

/// |STFT| in double precision, rounded once: sweeps amplify the errors of single-precision sums, which the reference
/// does not have.
Result<Magnitudes> exact_magnitudes(const StftConfig& stft, std::span<const float> samples) {
  const Layout layout(stft);
  const auto window = analysis_window(stft);
  if (!window) return window.error();
  auto fft = Fft<double>::create(stft.size);
  if (!fft) return fft.error();
  auto values = Array2<float>::create(layout.frames(samples.size()), static_cast<std::uint64_t>(stft.bins()));
  if (!values) return values.error();
  Magnitudes magnitudes;
  magnitudes.stft = stft;
  const auto length = static_cast<std::int64_t>(samples.size());
  for (std::size_t m = 0; m < values->rows(); ++m) {
    const std::int64_t first = static_cast<std::int64_t>(m) * layout.hop - layout.lead;
    for (std::int64_t n = 0; n < layout.window; ++n) {
      const bool inside = first + n >= 0 && first + n < length;
      fft->samples()[n] =
          inside ? samples[static_cast<std::size_t>(first + n)] * (*window)[static_cast<std::size_t>(n)] : 0;
    }
    fft->forward();
    for (std::size_t k = 0; k < values->cols(); ++k) (*values)(m, k) = static_cast<float>(std::abs(fft->bins()[k]));
  }
  magnitudes.values = std::move(*values);
  return magnitudes;
}

Result<double> reached_consistency(const LwsQuality& quality, std::span<const float> samples) {
  auto magnitudes = exact_magnitudes(quality.stft, samples);
  if (!magnitudes) return magnitudes.error();
  PhaseConfig config;
  config.stages = quality.stages;
  const auto spectrum = reconstruct(std::move(*magnitudes), config);
  if (!spectrum) return spectrum.error();
  return consistency(*spectrum);
}

/// The rows of one mode, whose mean is also checked if individual signals may differ a lot.
struct ModeErrors {
  std::string mode;
  double sum = 0;
  int count = 0;
};

void add_mean(std::vector<ModeErrors>& means, const LwsQuality& quality, double error) {
  auto mean = std::find_if(means.begin(), means.end(), [&](const ModeErrors& m) { return m.mode == quality.mode; });
  if (mean == means.end()) mean = means.insert(means.end(), ModeErrors{quality.mode, 0, 0});
  mean->sum += error;
  ++mean->count;
}

}  // namespace

Status verify_lws_quality(const Safetensors& file, std::string_view quality, Checks& checks) {
  constexpr double mean_tolerance = 0.2;
  constexpr std::uint64_t any_length[] = {0};
  const auto rows = read_lws_quality(quality);
  if (!rows) return rows.error();
  std::vector<ModeErrors> means;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const LwsQuality& row = (*rows)[i];
    const std::string name = row.config + " " + row.mode;
    if (auto error =
            checks.advance(static_cast<double>(i) / static_cast<double>(rows->size()), row.signal + " " + name))
      return error;
    const auto signal = tensor(file, row.signal, any_length);
    if (!signal) return signal.error();
    const auto samples = to_floats(**signal);
    if (!samples) return samples.error();
    const auto reached = reached_consistency(row, *samples);
    if (!reached) return reached.error();
    const double error = *reached - row.reference;
    const std::string quantity = row.signal + " " + name + ": consistency in dB";
    if (is_history(row.stft, row.stages, row.variant)) {
      checks.add_history(quantity, std::fabs(error), quality_tolerance(row));
      continue;
    }
    checks.add(quantity, std::fabs(error), quality_tolerance(row));
    if (has_online(row.stages)) add_mean(means, row, error);
  }
  for (const ModeErrors& mean : means) {
    checks.add(mean.mode + ": mean consistency of " + std::to_string(mean.count) + " in dB",
               std::fabs(mean.sum / mean.count), mean_tolerance);
  }
  return {};
}

}  // namespace lodestone::cli
