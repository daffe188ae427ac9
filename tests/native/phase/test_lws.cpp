#include <catch2/catch.hpp>
#include <complex>

#include "phase/lws_weights.hpp"
#include "test_signals.hpp"

using namespace lodestone;
using namespace test_signals;

// The kernel against the plain definition in double precision: one update after another, bin by bin, each bin taking
// the phase of the weighted sum of its neighbours (Le Roux et al. 2010a, eq. 13).
namespace {

class Plain {
 public:
  Plain(const Spectrum& start, const Magnitudes& magnitudes, int range)
      : stft_(start.stft), sizes_(magnitudes.values), weights_(LwsWeights::create(stft_, range).value()) {
    frames_ = static_cast<int>(start.count());
    const int reach = weights_.reach();
    for (int m = -reach; m < frames_ + reach; ++m) {
      const auto row = start.values.row(std::clamp(m, 0, frames_ - 1));
      bins_.emplace_back(row.begin(), row.end());
    }
    for (const float size : sizes_.all()) mean_ += size / static_cast<double>(sizes_.size());
  }

  std::complex<double>& at(int m, int n) { return bins_[m + weights_.reach()][n]; }

  void run(const PhaseStage& stage, int look_ahead) {
    const auto threshold = [&](int i) {
      return stage.alpha * std::exp(-stage.beta * std::pow(i, stage.gamma)) * mean_;
    };
    if (stage.method == PhaseMethod::online) {
      for (int newest = 0; newest < frames_; ++newest) {
        update(newest, LwsKind::initial, newest, 0);
        for (int i = 0; i < stage.iterations; ++i) {
          for (int m = std::max(0, newest - look_ahead); m < newest; ++m)
            update(m, LwsKind::full, newest, threshold(i));
          update(newest, LwsKind::newest, newest, threshold(i));
        }
      }
      return;
    }
    const bool batch = stage.method == PhaseMethod::batch;
    for (int i = 0; i < stage.iterations; ++i) {
      for (int m = 0; m < frames_; ++m) {
        update(m, batch ? LwsKind::full : LwsKind::initial, batch ? frames_ + weights_.reach() : m, threshold(i));
      }
    }
  }

 private:
  std::complex<double> seen(int m, int n) {
    const int nyquist = stft_.size / 2;
    if (n < 0) return std::conj(at(m, -n));
    if (n > nyquist) return std::conj(at(m, 2 * nyquist - n));
    return at(m, n);
  }

  void update(int m, LwsKind kind, int newest, double threshold) {
    for (int n = 0; n <= stft_.size / 2; ++n) {
      const double size = sizes_(m, n);
      if (!(size > threshold)) continue;
      std::complex<double> sum = 0;
      for (int r = -weights_.reach(); r <= weights_.reach(); ++r) {
        if (m + r > newest || (r == 0 && kind == LwsKind::initial)) continue;
        for (int k = -weights_.range(); k <= weights_.range(); ++k) {
          if (r == 0 && k == 0) continue;
          // Of S(m − |r|, n + k); the authors take the conjugate for S(m + |r|, n + k).
          const auto overlap = weights_.overlap(kind, std::abs(r), std::abs(k));
          const double turn = 2 * std::numbers::pi * (n + k) * std::abs(r) * stft_.hop / stft_.size;
          const auto weight = (k > 0 ? std::conj(overlap) : overlap) * std::polar(1.0, turn);
          sum += (r > 0 ? std::conj(weight) : weight) * seen(m + r, n + k);
        }
      }
      if (n == 0 || n == stft_.size / 2) sum = sum.real();
      if (std::abs(sum) > 0) at(m, n) = size * sum / std::abs(sum);
    }
  }

  StftConfig stft_;
  const Array2<float>& sizes_;
  LwsWeights weights_;
  int frames_ = 0;
  double mean_ = 0;
  std::vector<std::vector<std::complex<double>>> bins_;
};

Spectrum random_start(const Magnitudes& magnitudes) {
  Random random(3);
  Spectrum start{magnitudes.stft,
                 Array2<std::complex<float>>::create(magnitudes.count(), magnitudes.values.cols()).value(), 0};
  for (std::size_t m = 0; m < start.count(); ++m) {
    for (std::size_t n = 0; n < start.values.cols(); ++n) {
      const float angle = 6.2831853f * random.uniform();
      const bool real = n == 0 || n + 1 == start.values.cols();
      start.values(m, n) = magnitudes.values(m, n) * (real ? 1.0f : std::polar(1.0f, angle));
    }
  }
  return start;
}

std::vector<StftConfig> shapes() {
  using enum Window;
  return {{.size = 64, .hop = 16, .window = sqrt_hann, .framing = Framing::lws},
          {.size = 64, .hop = 16},
          {.size = 256, .hop = 64, .window = sqrt_hann, .framing = Framing::lws},
          {.size = 250, .hop = 125, .window = sqrt_hann, .framing = Framing::lws},
          {.size = 96, .window_size = 48, .hop = 24, .window = hann_symmetric},
          {.size = 96, .window_size = 73, .hop = 24, .window = sqrt_hann},
          {.size = 64, .hop = 8},
          {.size = 96, .hop = 36, .window = hamming},
          {.size = 80, .hop = 20, .window = blackman},
          {.size = 16, .hop = 4, .window = hamming}};
}

}  // namespace

TEST_CASE("Parallel updates give the same as updates one after another") {
  using enum PhaseMethod;
  const std::vector<PhaseStage> stages{{.method = batch, .iterations = 2, .alpha = 0},
                                       {.method = batch, .iterations = 3, .alpha = 1.2},
                                       {.method = nofuture, .iterations = 2, .alpha = 0.5},
                                       {.method = online, .iterations = 2, .alpha = 0.5},
                                       {.method = online, .iterations = 1, .alpha = 0}};
  for (const auto& stft : shapes()) {
    const auto magnitudes = noise(stft, 9, 0.1, 1);
    const auto start = random_start(magnitudes);
    for (const int range : {1, 5, 7, 20}) {
      for (const int look_ahead : {0, 3}) {
        for (const auto& stage : stages) {
          if (look_ahead > 0 && stage.method != online) continue;
          INFO("size " << stft.size << ", hop " << stft.hop << ", range " << range << ", method " << int(stage.method)
                       << ", alpha " << stage.alpha << ", look-ahead " << look_ahead);
          Plain plain(start, magnitudes, range);
          plain.run(stage, look_ahead);
          const PhaseConfig config{.stages = {stage}, .look_ahead = look_ahead, .weight_range = range};
          const auto ours = reconstruct(copy(magnitudes), config, &start).value();
          int far = 0;
          for (int m = 0; m < 9; ++m) {
            for (int n = 0; n < stft.bins(); ++n) {
              const auto difference = std::complex<double>(ours.values(m, n)) - plain.at(m, n);
              far += std::abs(difference) > 1e-3 * magnitudes.values(m, n);
            }
          }
          CHECK(far == 0);
        }
      }
    }
  }
}
