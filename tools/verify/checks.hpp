#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "lodestone/formats.hpp"

namespace lodestone::cli {

/// What was found in one file.
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

  /// Ok where error ≤ tolerance (NaN is not).
  void add(std::string name, double error, double tolerance);
  /// Told, but not counted: a defect of the reference touches it.
  void add_history(std::string name, double error, double tolerance);

  /// Shows how far the file is; an error where the user asks to stop.
  Status advance(double share, std::string_view what);

  std::span<const Quantity> quantities() const { return quantities_; }
  std::size_t count(Verdict verdict) const;

 private:
  Host& host_;
  Progress& progress_;
  std::vector<Quantity> quantities_;
};

std::string_view verdict_name(Checks::Verdict verdict);

/// The larger of the two; NaN stays.
double worse(double worst, double error);

/// max|a − b| / max|b|; infinite where something is not finite or the lengths differ.
double relative_error(std::span<const float> values, std::span<const float> reference);
double relative_error(std::span<const double> values, std::span<const double> reference);

/// The tensor of that name; `shape` must fit where it is given (0 stands for any size).
Result<const TensorView*> tensor(const Safetensors& file, std::string_view name,
                                 std::span<const std::uint64_t> shape = {});
/// Its values as a matrix; it must have two dimensions.
Result<Array2<float>> matrix(const Safetensors& file, std::string_view name);
/// A metadata entry as a whole number within bounds.
Result<int> whole(const Safetensors& file, std::string_view key, int low, int high);

/// Each recomputes everything that its kind of file holds. An error where the file does not fit together.
Status verify_stft(const Safetensors& file, Checks& checks);
Status verify_magnet(const Safetensors& file, Checks& checks);
/// Predictions of the model that the file names, as PyTorch or TensorFlow.js computed them; it lies beside `path`.
Status verify_import(Host& host, std::string_view path, const Safetensors& file, Checks& checks);
Status verify_lws(const Safetensors& file, Checks& checks);
/// `quality` is the text of the quality.json that belongs to the signals in `file`.
Status verify_lws_quality(const Safetensors& file, std::string_view quality, Checks& checks);

}  // namespace lodestone::cli
