#include "lodestone/stft.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "errors/message.hpp"
#include "spectrum/clean.hpp"
#include "spectrum/framing.hpp"
#include "spectrum/passes.hpp"

namespace lodestone {
namespace {

Status check_samples(const Layout& layout, std::span<const float> samples) {
  if (samples.size() < layout.shortest()) {
    return malformed("the signal has {} samples; at least {} are needed for framing {} with size {}", samples.size(),
                     layout.shortest(), framing_name(layout.framing), layout.size);
  }
  if (all_usable(samples)) return {};
  const auto bad = std::find_if_not(samples.begin(), samples.end(), is_usable);
  return malformed("sample {} is not finite or exceeds 1e30", bad - samples.begin());
}

Status check_spectrum(const Layout& layout, const StftConfig& config, const Spectrum& spectrum) {
  if (spectrum.stft != config) return malformed("the spectrum was made with a different configuration");
  if (spectrum.values.cols() != static_cast<std::size_t>(config.bins())) {
    return malformed("the spectrum has {} bins; size {} needs {}", spectrum.values.cols(), config.size, config.bins());
  }
  if (spectrum.samples != 0 && layout.frames(spectrum.samples) != spectrum.count()) {
    return malformed("the spectrum has {} frames; a signal of {} samples has {}", spectrum.count(), spectrum.samples,
                     layout.frames(spectrum.samples));
  }
  const auto bins = spectrum.values.all();
  const std::span<const float> values(reinterpret_cast<const float*>(bins.data()), 2 * bins.size());
  if (all_usable(values)) return {};
  const auto bad = std::find_if_not(values.begin(), values.end(), is_usable);
  const auto index = static_cast<std::size_t>(bad - values.begin()) / 2;
  return malformed("the spectrum is not finite or exceeds 1e30 at frame {}, bin {}", index / config.bins(),
                   index % config.bins());
}

}  // namespace

struct Stft::Engine {
  /// Calls use(frame number, bins) for every frame of the signal.
  template <class Use>
  void for_each_frame(std::span<const float> samples, Use use) {
    std::size_t number = 0;
    const auto drain = [&] {
      while (forward.next()) use(number++, forward.frame());
    };
    forward.reset();
    while (!samples.empty()) {
      samples = samples.subspan(forward.push(samples));
      drain();
    }
    forward.finish();
    drain();
  }

  StftConfig config;
  Layout layout;
  StftStream forward;
  std::optional<InverseStftStream> backward;
  Status not_invertible;  ///< why there is no inverse
};

Result<Stft> Stft::create(const StftConfig& config) {
  auto forward = StftStream::create(config);
  if (!forward) return forward.error();
  auto engine = std::unique_ptr<Engine>(new Engine{config, Layout(config), std::move(*forward), {}, {}});
  auto backward = InverseStftStream::create(config);
  if (backward) {
    engine->backward = std::move(*backward);
  } else {
    engine->not_invertible = backward.error();
  }
  return Stft(std::move(engine));
}

Stft::Stft(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Stft::Stft(Stft&&) noexcept = default;
Stft& Stft::operator=(Stft&&) noexcept = default;
Stft::~Stft() = default;

const StftConfig& Stft::config() const { return engine_->config; }
std::uint64_t Stft::frames(std::uint64_t samples) const { return engine_->layout.frames(samples); }

Result<Spectrum> Stft::transform(std::span<const float> samples) {
  if (auto error = check_samples(engine_->layout, samples)) return *error;
  auto values = Array2<std::complex<float>>::create(frames(samples.size()), config().bins());
  if (!values) return values.error();
  engine_->for_each_frame(
      samples, [&](std::size_t m, auto frame) { std::copy(frame.begin(), frame.end(), values->row(m).begin()); });
  return Spectrum{config(), std::move(*values), samples.size()};
}

Result<Magnitudes> Stft::magnitudes(std::span<const float> samples) {
  if (auto error = check_samples(engine_->layout, samples)) return *error;
  auto values = Array2<float>::create(frames(samples.size()), config().bins());
  if (!values) return values.error();
  engine_->for_each_frame(samples, [&](std::size_t m, auto frame) { take_magnitudes(frame, values->row(m).data()); });
  return Magnitudes{config(), std::move(*values), samples.size()};
}

Result<Buffer<float>> Stft::inverse(const Spectrum& spectrum) {
  if (engine_->not_invertible) return *engine_->not_invertible;
  if (auto error = check_spectrum(engine_->layout, config(), spectrum)) return *error;
  const auto total = spectrum.samples != 0 ? spectrum.samples : engine_->layout.samples(spectrum.count());
  auto samples = Buffer<float>::create(total);
  if (!samples) return samples.error();
  auto* end = samples->data();
  const auto append = [&](std::span<const float> piece) {
    const auto room = static_cast<std::size_t>(samples->end() - end);
    end = std::copy_n(piece.begin(), std::min(piece.size(), room), end);
  };
  engine_->backward->reset();
  for (std::size_t m = 0; m < spectrum.count(); ++m) append(engine_->backward->push(spectrum.values.row(m)));
  append(engine_->backward->finish(total));
  return samples;
}

}  // namespace lodestone
