#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "errors/message.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// The bytes of a saved state. One function passes every part of an object to a ledger, which counts, writes, checks or
/// reads them, depending on its task; so a new part takes just one line. Little-endian, without padding.
class Ledger {
 public:
  enum class Task {
    count,  ///< the size of the state
    write,
    check,  ///< whether all bytes are valid, without changing any part
    read    ///< only bytes that have been checked
  };

  Ledger(Task task, std::span<std::byte> bytes) : task_(task), bytes_(bytes) {}

  /// Whether parts are being set from the bytes.
  bool reads() const { return task_ == Task::read; }
  /// Bytes processed so far.
  std::size_t size() const { return position_; }
  /// After a check: the error, if any.
  Status end() {
    if (!wrong_ && position_ != bytes_.size()) wrong_ = malformed("the state has extra bytes at the end");
    return wrong_;
  }

  /// A value that must be the same in a state of the same training.
  void expect(std::string_view name, double value) {
    double found = value;
    copy(&found, sizeof found, task_ == Task::check);
    if (found == value || wrong_) return;
    wrong_ = malformed("the state is from a different training: its {} is {}; expected {}", name, found, value);
  }

  template <class T>
  void value(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    copy(&value, sizeof value, task_ == Task::read);
  }

  template <class T>
  void values(std::span<T> values) {
    copy(values.data(), values.size_bytes(), task_ == Task::read);
  }

  /// A number from 0 to `most`.
  template <class T>
  void index(T& index, std::uint64_t most) {
    T found = index;
    copy(&found, sizeof found, task_ != Task::write);
    if (static_cast<std::uint64_t>(found) > most && !wrong_) {
      wrong_ = malformed("the state has {} where up to {} is allowed", static_cast<std::uint64_t>(found), most);
    }
    if (task_ == Task::read) index = found;
  }

  /// Unused bytes.
  void zeros(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::byte zero{};
      index(zero, 0);
    }
  }

  void list(std::vector<float>& list) {
    std::uint64_t count = list.size();
    copy(&count, sizeof count, task_ != Task::write);
    if (task_ == Task::check) return skip(count);
    if (task_ == Task::read) list = std::vector<float>(static_cast<std::size_t>(count));
    values(std::span<float>(list));
  }

 private:
  /// Copies to or from the bytes; sets `data` only if `take` is true.
  void copy(void* data, std::size_t size, bool take) {
    if (task_ != Task::count) {
      if (wrong_) return;
      if (size > bytes_.size() - position_) return cut_short();
      std::byte* const at = bytes_.data() + position_;
      if (size > 0 && task_ == Task::write) std::memcpy(at, data, size);
      if (size > 0 && take && task_ != Task::write) std::memcpy(data, at, size);
    }
    position_ += size;
  }

  void skip(std::uint64_t floats) {
    if (wrong_) return;
    if (floats > (bytes_.size() - position_) / sizeof(float)) return cut_short();
    position_ += static_cast<std::size_t>(floats) * sizeof(float);
  }

  void cut_short() { wrong_ = malformed("the state is truncated: it has {} bytes", bytes_.size()); }

  Task task_;
  std::span<std::byte> bytes_;
  std::size_t position_ = 0;
  Status wrong_;
};

}  // namespace lodestone
