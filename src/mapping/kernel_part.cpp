#include "mapping/kernel_part.hpp"

#include <algorithm>
#include <cmath>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "mapping/finite.hpp"
#include "mapping/sums.hpp"

namespace lodestone {

void KernelPart::archive(Archive& archive) {
  task.archive(archive);
  archive.field("gamma", gamma);
  archive.floats("rows", rows);
  archive.floats("noise", noise);
  archive.floats("weights", weights);
  archive.doubles("offsets", offsets);
  if (archive.derived()) archive.floats("inverse", inverse);
}

Status KernelPart::check(const MappingShape& shape) const {
  if (auto bad = task.check(shape)) return bad;
  const std::size_t n = rows.rows(), m = task.outputs.size();
  if (n == 0 || n > kMostKernelRows || rows.cols() != task.inputs.size() || noise.size() != n || weights.rows() != m ||
      weights.cols() != padded(n) || offsets.size() != m) {
    return malformed("the arrays of a kernel model do not fit together");
  }
  if (!(gamma > 0) || !(*std::min_element(noise.all().begin(), noise.all().end()) > 0)) {
    return malformed("a kernel model has a width or a noise that is not positive");
  }
  return check_finite({rows.all(), noise.all(), weights.all(), inverse.all()}, offsets);
}

Status KernelPart::prepare(const MappingShape& shape) {
  if (auto bad = check(shape)) return bad;
  FirstError error;
  error.take(packed_, PackedRows::create(rows.rows(), rows.cols()));
  error.take(point_, Buffer<float>::create(rows.cols()));
  for (Buffer<float>* buffer : {&distances_, &kernel_, &earlier_}) {
    error.take(*buffer, Buffer<float>::create(padded(rows.rows())));
  }
  if (error) return *error;
  for (std::size_t r = 0; r < rows.rows(); ++r) packed_.set(r, rows.row(r));
  reset();
  if (inverse.size() == InverseFactor::offset(rows.rows())) return {};
  return invert();
}

Status KernelPart::invert() {
  InverseFactor factor;
  if (auto bad = factor.reserve(rows.rows())) return bad;
  std::vector<double> entries(padded(rows.rows()));
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    kernel_row(packed_, r, rows.row(r).data(), gamma, distances_.data(), entries.data());
    factor.append(entries.data(), 1 + static_cast<double>(noise.all()[r]));
  }
  auto copy = rounded(factor);
  if (!copy) return copy.error();
  inverse = std::move(*copy);
  return {};
}

void KernelPart::reset() {
  slice_ = next_row_ = 0;
  certainty_ = known_ = 0;
}

void KernelPart::run(Live& live) {
  for (std::size_t i = 0; i < task.inputs.size(); ++i) point_[i] = live.inputs[task.inputs[i]];
  packed_.distances(point_.data(), rows.rows(), distances_.data());
  gaussian(distances_.data(), distances_.size(), gamma, kernel_.data());
  if (slice_ == 0) std::copy(kernel_.begin(), kernel_.end(), earlier_.begin());
  add_variance();
  const float confidence = certainty_ * trust(task, live);
  for (std::size_t o = 0; o < task.outputs.size(); ++o) {
    live.outputs[task.outputs[o]] =
        static_cast<float>(offsets[o]) + dot(weights.row(o).data(), kernel_.data(), kernel_.size());
    live.confidences[task.outputs[o]] = confidence;
  }
}

void KernelPart::add_variance() {
  ++slice_;
  for (; next_row_ < rows.rows(); ++next_row_) {
    const std::size_t place = InverseFactor::offset(next_row_);
    if (place * slices >= inverse.size() * slice_) break;
    const float v = dot(inverse.data() + place, earlier_.data(), padded(next_row_ + 1));
    if (std::abs(v) > kLeast) known_ += v * v;
  }
  if (slice_ < slices) return;
  certainty_ = std::clamp(known_, 0.0f, 1.0f);
  slice_ = next_row_ = 0;
  known_ = 0;
}

Result<Array2<float>> rounded(const InverseFactor& factor) {
  auto copy = Array2<float>::create(1, factor.rows().size());
  if (!copy) return copy;
  for (std::size_t i = 0; i < copy->size(); ++i) {
    const auto value = static_cast<float>(factor.rows()[i]);
    copy->all()[i] = std::abs(value) < kLeast ? 0 : value;
  }
  return copy;
}

void kernel_row(const PackedRows& rows, std::size_t count, const float* point, float gamma, float* distances,
                double* to) {
  rows.distances(point, count, distances);
  gaussian(distances, padded(count), gamma, distances);
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<double>(distances[i]);
}

}  // namespace lodestone
