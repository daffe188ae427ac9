#pragma once

#include "errors/first_error.hpp"
#include "lodestone/array.hpp"

namespace lodestone {

/// Makes `buffer` a block of `size` zeros, unless something failed before.
template <class T>
[[gnu::noinline]] void take_block(Buffer<T>& buffer, std::uint64_t size, FirstError& error) {
  if (!error) error.take(buffer, Buffer<T>::create(size));
}

}  // namespace lodestone
