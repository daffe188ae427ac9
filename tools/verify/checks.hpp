#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "lodestone/formats.hpp"

namespace lodestone::cli {

/// The results for one file.
class Checks {
 public:
  enum class Verdict { ok, fail, history };

  struct Quantity {
    std::string name;
    double error;
    double tolerance;
    Verdict verdict;
  };

  Checks(Host& host, Progress& progress) : host_(host), progress_(progress) {}

  /// Passes if error ≤ tolerance (NaN fails).
  void add(std::string name, double error, double tolerance);
  /// Reported but not counted, because it is affected by a defect of the reference.
  void add_history(std::string name, double error, double tolerance);

  /// Shows progress; fails if the user asks to stop.
  Status advance(double share, std::string_view what);

  std::span<const Quantity> quantities() const { return quantities_; }
  std::size_t count(Verdict verdict) const;

 private:
  Host& host_;
  Progress& progress_;
  std::vector<Quantity> quantities_;
};

std::string_view verdict_name(Checks::Verdict verdict);

/// The larger of the two; NaN if either is.
double worse(double worst, double error);

/// max|a − b| / max|b|; infinite if a value is not finite or the lengths differ.
double relative_error(std::span<const float> values, std::span<const float> reference);
double relative_error(std::span<const double> values, std::span<const double> reference);

/// The tensor of that name; `shape`, if given, must match (0 matches any size).
Result<const TensorView*> tensor(const Safetensors& file, std::string_view name,
                                 std::span<const std::uint64_t> shape = {});
/// The values of a two-dimensional tensor, as a matrix.
Result<Array2<float>> matrix(const Safetensors& file, std::string_view name);
/// A metadata entry as an integer within bounds.
Result<int> whole(const Safetensors& file, std::string_view key, int low, int high);

/// Each recomputes everything in its kind of file. Fails if the file is inconsistent.
Status verify_stft(const Safetensors& file, Checks& checks);
Status verify_magnet(const Safetensors& file, Checks& checks);
/// Predictions that PyTorch or TensorFlow.js computed with the model that the file names, next to `path`.
Status verify_import(Host& host, std::string_view path, const Safetensors& file, Checks& checks);
Status verify_lws(const Safetensors& file, Checks& checks);
/// `quality` is the text of the quality.json that belongs to the signals in `file`.
Status verify_lws_quality(const Safetensors& file, std::string_view quality, Checks& checks);

}  // namespace lodestone::cli
