#pragma once

#include "errors/first_error.hpp"
#include "lodestone/array.hpp"

namespace lodestone {

/// Allocates `size` zeros into `buffer`, unless there has already been an error.
template <class T>
[[gnu::noinline]] void take_block(Buffer<T>& buffer, std::uint64_t size, FirstError& error) {
  if (!error) error.take(buffer, Buffer<T>::create(size));
}

}  // namespace lodestone
