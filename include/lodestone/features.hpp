#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lodestone/facts/features.hpp"
#include "lodestone/result.hpp"
#include "lodestone/window.hpp"

namespace lodestone {

/// Streaming analysis: takes any number of samples and gives the features of one frame every `hop` samples, each as
/// soon as its last sample has arrived. Frame m starts at sample m·hop. Real-time safe after `create`; one object per
/// thread.
class Analyser {
 public:
  /// Throws Exception on an invalid configuration (`create` does not).
  explicit Analyser(const AnalyserConfig& config) : Analyser(create(config).value()) {}
  static Result<Analyser> create(const AnalyserConfig& config);
  Analyser(Analyser&&) noexcept;
  Analyser& operator=(Analyser&&) noexcept;
  ~Analyser();

  const FeatureLayout& layout() const;

  /// Returns to the state after `create`.
  void reset();

  /// Takes samples up to the end of the next frame and returns how many. Call again with the rest, as with StftStream.
  /// NaN, Inf and samples beyond ±1e30 are replaced with 0.
  std::size_t push(std::span<const float> samples);
  /// True if another frame is ready in `frame()`.
  bool next();
  /// The newest frame, `[layout().size()]`; always finite and at the same address, zeros before the first frame.
  std::span<const float> frame() const;

 private:
  struct Engine;
  explicit Analyser(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
