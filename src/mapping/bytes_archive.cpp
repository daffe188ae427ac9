#include "mapping/bytes_archive.hpp"

#include <cstring>

#include "errors/message.hpp"

namespace lodestone {

void BytesWriter::put(const void* from, std::size_t bytes) {
  if (to_ && bytes > 0) std::memcpy(to_ + size_, from, bytes);
  size_ += bytes;
}

void BytesWriter::count(std::size_t count) {
  const auto number = static_cast<std::uint32_t>(count);
  put(&number, sizeof number);
}

void BytesWriter::number(std::string_view, double& value) { put(&value, sizeof value); }

void BytesWriter::texts(std::string_view, std::vector<std::string>& values) {
  count(values.size());
  for (const std::string& value : values) {
    count(value.size());
    put(value.data(), value.size());
  }
}

void BytesWriter::integers(std::string_view, std::vector<std::uint32_t>& values) {
  count(values.size());
  put(values.data(), values.size() * sizeof(std::uint32_t));
}

void BytesWriter::doubles(std::string_view, std::vector<double>& values) {
  count(values.size());
  put(values.data(), values.size() * sizeof(double));
}

void BytesWriter::floats(std::string_view, Array2<float>& values) {
  count(values.rows());
  count(values.cols());
  put(values.data(), values.size() * sizeof(float));
}

const std::byte* BytesReader::take(std::uint64_t bytes) {
  if (failure) return nullptr;
  if (bytes > rest_.size()) {
    failure = malformed("the model ends too early");
    return nullptr;
  }
  const std::byte* const start = rest_.data();
  rest_ = rest_.subspan(static_cast<std::size_t>(bytes));
  return start;
}

std::uint64_t BytesReader::count() {
  std::uint32_t number = 0;
  if (const std::byte* from = take(sizeof number)) std::memcpy(&number, from, sizeof number);
  return number;
}

template <class T>
void BytesReader::list(std::vector<T>& values) {
  const std::uint64_t size = count();
  const std::byte* const from = take(size * sizeof(T));
  if (!from) return;
  values.resize(static_cast<std::size_t>(size));
  if (size > 0) std::memcpy(values.data(), from, values.size() * sizeof(T));
}

void BytesReader::number(std::string_view, double& value) {
  if (const std::byte* from = take(sizeof value)) std::memcpy(&value, from, sizeof value);
}

void BytesReader::texts(std::string_view, std::vector<std::string>& values) {
  values.clear();
  for (std::uint64_t left = count(); left > 0 && !failure; --left) {
    const std::uint64_t size = count();
    const std::byte* const from = take(size);
    if (from) values.emplace_back(reinterpret_cast<const char*>(from), static_cast<std::size_t>(size));
  }
}

void BytesReader::integers(std::string_view, std::vector<std::uint32_t>& values) { list(values); }
void BytesReader::doubles(std::string_view, std::vector<double>& values) { list(values); }

void BytesReader::floats(std::string_view, Array2<float>& values) {
  const std::uint64_t rows = count(), cols = count();
  const std::byte* const from = take(rows * cols > rest_.size() ? ~std::uint64_t{0} : rows * cols * sizeof(float));
  if (!from) return;
  auto array = Array2<float>::create(rows, cols);
  if (!array) {
    failure = array.error();
    return;
  }
  if (array->size() > 0) std::memcpy(array->data(), from, array->size() * sizeof(float));
  values = std::move(*array);
}

}  // namespace lodestone
