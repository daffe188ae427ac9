#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lodestone/formats.hpp"

namespace lodestone {

enum class PickleKind : std::uint8_t {
  other,       ///< None, a boolean, a float, an integer beyond 64 bits or a list: not part of any tensor
  integer,     ///< `integer`
  text,        ///< `count` bytes of UTF-8 from `data`
  tuple,       ///< `count` values from Pickle::elements[first]
  dict,        ///< its entries are in Pickle::items
  global,      ///< the allowed name of number `first`
  object,      ///< the result of calling global `first` with tuple `count`; may have items too
  persistent,  ///< an object outside the pickle with the id `first`
};

/// A value in a pickle. It refers to other values by index in Pickle::values.
struct PickleValue {
  PickleKind kind = PickleKind::other;
  std::uint32_t count = 0;
  union {
    std::int64_t integer = 0;
    std::uint32_t first;
    const char* data;
  };

  std::string_view text() const {
    return kind == PickleKind::text ? std::string_view(data, count) : std::string_view();
  }
};

/// A parsed pickle. A pickle is a program, but nothing in it is executed; only the few instructions that build
/// dictionaries of tensors are supported. Python, Lib/pickletools.py; PyTorch, torch/_weights_only_unpickler.py.
struct Pickle {
  struct Item {
    std::uint32_t dict, key, value;
  };

  std::vector<PickleValue> values;
  std::vector<std::uint32_t> elements;  ///< of all tuples
  std::vector<Item> items;              ///< of all dicts and objects, in the order of the pickle

  /// The i-th element of a tuple; it must exist.
  const PickleValue& element(const PickleValue& tuple, std::size_t i) const {
    return values[elements[tuple.first + i]];
  }
};

/// `globals` are the allowed names, "module.name". Any other, and unknown or misplaced instructions, are errors. Texts
/// point into `bytes`. Needs about 32 times as much memory as `bytes`.
Result<Pickle> read_pickle(ByteView bytes, std::span<const std::string_view> globals);

}  // namespace lodestone
