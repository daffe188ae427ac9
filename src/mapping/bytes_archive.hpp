#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mapping/archive.hpp"

namespace lodestone {

/// Writes values one after another. Without bytes to write to, it only counts them.
class BytesWriter : public Archive {
 public:
  explicit BytesWriter(std::byte* to = nullptr) : to_(to) {}
  std::size_t size() const { return size_; }

  bool reading() const override { return false; }
  bool derived() const override { return true; }
  void number(std::string_view name, double& value) override;
  void texts(std::string_view name, std::vector<std::string>& values) override;
  void integers(std::string_view name, std::vector<std::uint32_t>& values) override;
  void doubles(std::string_view name, std::vector<double>& values) override;
  void floats(std::string_view name, Array2<float>& values) override;

 private:
  void put(const void* from, std::size_t bytes);
  void count(std::size_t count);

  std::byte* to_;
  std::size_t size_ = 0;
};

/// Reads what BytesWriter has written.
class BytesReader : public Archive {
 public:
  explicit BytesReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  bool reading() const override { return true; }
  bool derived() const override { return true; }
  void number(std::string_view name, double& value) override;
  void texts(std::string_view name, std::vector<std::string>& values) override;
  void integers(std::string_view name, std::vector<std::uint32_t>& values) override;
  void doubles(std::string_view name, std::vector<double>& values) override;
  void floats(std::string_view name, Array2<float>& values) override;

 private:
  /// The next bytes; null, and a failure, if there are not so many.
  const std::byte* take(std::uint64_t bytes);
  std::uint64_t count();
  template <class T>
  void list(std::vector<T>& values);

  std::span<const std::byte> rest_;
};

}  // namespace lodestone
