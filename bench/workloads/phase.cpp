#include "lodestone/phase.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "lodestone/stft.hpp"
#include "workload.hpp"

namespace lodestone::bench {
namespace {

using enum PhaseMethod;

constexpr std::size_t two_seconds = 88200;

/// The square-root Hann window and framing of the authors of LWS.
StftConfig authors(int size, int hop) {
  return {.size = size, .hop = hop, .window = Window::sqrt_hann, .framing = Framing::lws, .sample_rate = sample_rate};
}

/// Phases for a sound: as many reconstructions are prepared as will be run, with memory allocated and weights computed.
struct Work {
  Magnitudes magnitudes;
  PhaseConfig phase;
  std::vector<Reconstruction> ready;
  std::size_t next = 0;

  void prepare(int runs) {
    ready.clear();
    next = 0;
    for (int i = 0; i < runs; ++i) {
      Magnitudes copy{magnitudes.stft, magnitudes.values.clone().value(), magnitudes.samples};
      ready.push_back(Reconstruction::create(std::move(copy), phase).value());
    }
  }

  void run() {
    while (!ready[next].step()) continue;
    ++next;
  }
};

Prepared reconstructions(const StftConfig& stft, std::span<const float> samples, PhaseConfig phase, double units) {
  auto work = std::make_shared<Work>(Work{Stft(stft).magnitudes(samples).value(), std::move(phase), {}});
  return {.units = units,
          .run = [=] { work->run(); },
          .checksum = [=] { return consistency(work->ready.back().spectrum()).value(); },
          .before = [=](int runs) { work->prepare(runs); }};
}

/// How often an iteration of an LWS stage updates frame m of `frames`.
double updates_of_frame(PhaseMethod method, int look_ahead, std::size_t m, std::size_t frames) {
  if (method != online) return 1;
  return 1 + static_cast<double>(std::min(static_cast<std::size_t>(look_ahead), frames - 1 - m));
}

/// The number of bin updates of an LWS stage: in each iteration, the bins above its threshold.
double count_updates(const Magnitudes& magnitudes, const PhaseStage& stage, int look_ahead) {
  const auto& values = magnitudes.values;
  double mean = 0;
  for (const float value : values.all()) mean += value / static_cast<double>(values.size());
  double updates = 0;
  const auto count = [&](double threshold, auto times) {
    for (std::size_t m = 0; m < values.rows(); ++m) {
      const auto row = values.row(m);
      const auto above = std::count_if(row.begin(), row.end(), [&](float value) { return value > threshold; });
      updates += static_cast<double>(above) * times(m);
    }
  };
  if (stage.method == online) count(0, [](std::size_t) { return 1.0; });  // the first estimate
  for (int i = 0; i < stage.iterations; ++i) {
    count(stage.alpha * std::exp(-stage.beta * std::pow(i, stage.gamma)) * mean,
          [&](std::size_t m) { return updates_of_frame(stage.method, look_ahead, m, values.rows()); });
  }
  return updates;
}

Prepared lws(const StftConfig& stft, const Sounds& sounds, const PhaseStage& stage) {
  const PhaseConfig phase{.stages = {stage}};
  const std::span<const float> samples{sounds.piano.data(), two_seconds};
  const Magnitudes magnitudes = Stft(stft).magnitudes(samples).value();
  return reconstructions(stft, samples, phase, count_updates(magnitudes, stage, phase.look_ahead));
}

/// Consistency in dB. Sweeps amplify rounding; online the most, where the reference itself moves by a decibel or two
/// when its input moves by 1e-7 (tests/vectors/lws/README.md).
void add_lws(std::vector<Workload>& all) {
  const StftConfig framings[] = {authors(2048, 512), authors(1024, 256), authors(512, 128), authors(1024, 512)};
  const struct {
    const char* group;
    PhaseStage stage;
    double expected[4];  ///< one per framing
    double tolerance;
  } stages[] = {
      {"lws-batch/", {.method = batch, .iterations = 10, .alpha = 0}, {17.06, 19.11, 16.61, 19.87}, 0.2},
      {"lws-nofuture/", {.method = nofuture, .iterations = 10, .alpha = 0}, {13.09, 11.51, 9.00, 6.75}, 0.2},
      {"lws-online/", {.method = online, .iterations = 10, .alpha = 0}, {27.84, 27.28, 21.94, 27.07}, 2},
      {"lws-batch-sparse/", {.method = batch, .iterations = 100, .alpha = 100}, {20.10, 18.66, 19.27, 23.17}, 0.1},
      {"lws-nofuture-sparse/", {.method = nofuture, .iterations = 10, .alpha = 1}, {13.00, 11.61, 9.10, 6.85}, 0.2},
      {"lws-online-sparse/", {.method = online, .iterations = 10, .alpha = 1}, {27.45, 27.55, 21.99, 26.53}, 2},
  };
  for (const auto& [group, stage, expected, tolerance] : stages) {
    for (std::size_t i = 0; i < 4; ++i) {
      all.push_back({group + sizes(framings[i]), "bin update", expected[i], tolerance,
                     [=, stft = framings[i], stage = stage](const Sounds& s) { return lws(stft, s, stage); }});
    }
  }
  // The player's window, with as many updates.
  all.push_back({"lws-batch-hann/2048-512", "bin update", 16.96, 0.2, [](const Sounds& sounds) {
                   return lws({.size = 2048, .hop = 512, .sample_rate = sample_rate}, sounds,
                              {.method = batch, .iterations = 10, .alpha = 0});
                 }});
}

/// Stages on two seconds of piano; `units` of one run.
void add_stages(std::vector<Workload>& all, const char* name, const char* unit, double units, const PhaseStage& stage,
                double expected, double tolerance) {
  all.push_back(
      {name, unit, expected, tolerance, [=](const Sounds& sounds) {
         return reconstructions(authors(2048, 512), {sounds.piano.data(), two_seconds}, {.stages = {stage}}, units);
       }});
}

/// A preset from the magnitudes to the spectrum, as `reconstruct` does it, memory and weights included.
Prepared preset(const char* name, const Buffer<float>& samples) {
  struct Whole {
    Magnitudes magnitudes;
    PhaseConfig phase;
    Spectrum spectrum;
  };
  auto work = std::make_shared<Whole>(Whole{Stft(authors(2048, 512)).magnitudes(samples).value(), {}, {}});
  phase_preset(name, work->phase);
  return {.units = static_cast<double>(samples.size()) / sample_rate,
          .run =
              [=] {
                const Magnitudes& from = work->magnitudes;
                Magnitudes copy{from.stft, from.values.clone().value(), from.samples};
                work->spectrum = reconstruct(std::move(copy), work->phase).value();
              },
          .checksum = [=] { return consistency(work->spectrum).value(); }};
}

void add_presets(std::vector<Workload>& all) {
  const struct {
    const char* name;
    double a, b, d, tolerance;
  } presets[] = {{"best", 38.53, 28.91, 32.26, 2}, {"fast", 33.19, 24.73, 30.61, 2}, {"music", 29.32, 28.36, 31.62, 2}};
  for (const auto& [name, a, b, d, tolerance] : presets) {
    const struct {
      char signal;
      double expected;
      Buffer<float> Sounds::*samples;
    } signals[] = {{'a', a, &Sounds::a}, {'b', b, &Sounds::b}, {'d', d, &Sounds::d}};
    for (const auto& [signal, expected, samples] : signals) {
      all.push_back({std::string("phase-") + name + "/" + signal, "second of sound", expected, tolerance,
                     [=, name = name, samples = samples](const Sounds& s) { return preset(name, s.*samples); }});
    }
  }
}

}  // namespace

void add_phase(std::vector<Workload>& all) {
  add_lws(all);
  add_stages(all, "lws-online-10/2048-512", "second of sound", 2, {.method = online, .iterations = 10, .alpha = 0},
             27.84, 2);
  add_stages(all, "griffin-lim/2048-512", "iteration", 10, {.method = griffin_lim, .iterations = 10}, 12.79, 0.01);
  add_stages(all, "fast-griffin-lim/2048-512", "iteration", 10,
             {.method = griffin_lim, .iterations = 10, .momentum = 0.99}, 15.32, 0.01);
  add_stages(all, "pghi/2048-512", "second of sound", 2, {.method = pghi}, 14.76, 0.1);
  add_presets(all);
}

}  // namespace lodestone::bench
