#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"

/// How functions of the C ABI return results, which results.cpp stores.
///
/// Handles come from `…_create` and are freed by `…_destroy`; null means failure. Functions that return `int` return 0
/// or an ErrorCode. After a failure, `lodestone_message` says what was wrong. Arrays are passed as pointers into memory
/// from `lodestone_alloc`; results of variable size are read from `lodestone_output`. Enumerations are the numbers of
/// the C++ enumerators. An instance serves one thread.
namespace lodestone::abi {

/// Keeps the error for `lodestone_message`; returns its code.
int fail(Error error);

/// A value on the heap behind its handle, or null.
template <class T>
T* hand_over(Result<T> result) {
  if (result) return new T(std::move(*result));
  fail(result.error());
  return nullptr;
}

/// Anything that is freed with its owner.
struct Owned {
  virtual ~Owned() = default;
};

template <class T>
struct Holder : Owned {
  explicit Holder(T held) : value(std::move(held)) {}
  T value;
};

/// Sets the output of this call: a view of memory that `owned` or a handle keeps alive.
void show(const void* data, std::size_t rows, std::size_t cols, std::unique_ptr<Owned> owned = nullptr);

inline void show(std::span<const float> view) { show(view.data(), 1, view.size()); }

/// Sets the output of this call: a Buffer or a vector, which is kept until the next call.
template <class T>
int give(T list) {
  auto held = std::make_unique<Holder<T>>(std::move(list));
  const T& value = held->value;
  show(value.data(), 1, value.size(), std::move(held));
  return 0;
}

template <class T>
int give(Array2<T> array) {
  auto held = std::make_unique<Holder<Array2<T>>>(std::move(array));
  const Array2<T>& value = held->value;
  show(value.data(), value.rows(), value.cols(), std::move(held));
  return 0;
}

/// The bytes that the host has written to `lodestone_input`.
Buffer<std::byte> take_input();

}  // namespace lodestone::abi
