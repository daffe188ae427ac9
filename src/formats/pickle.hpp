#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lodestone/formats.hpp"

namespace lodestone {

/// A value of a pickle. Others are named by their place in Pickle::values.
struct PickleValue {
  enum class Kind : std::uint8_t {
    other,    ///< none, a truth, a real number, an integer beyond 64 bits or a list: nothing that tensors are made of
    integer,  ///< `integer`
    text,     ///< `count` bytes of UTF-8 from `data`
    tuple,    ///< `count` values from Pickle::elements[first]
    dict,     ///< what Pickle::items say of it
    global,   ///< the allowed name of number `first`
    object,   ///< what the global `first` would give for the tuple `count`; may have items too
    persistent,  ///< what lies outside of the pickle under the name `first`
  };

  Kind kind = Kind::other;
  std::uint32_t count = 0;
  union {
    std::int64_t integer = 0;
    std::uint32_t first;
    const char* data;
  };

  std::string_view text() const { return kind == Kind::text ? std::string_view(data, count) : std::string_view(); }
};

/// What the pickle describes, taken apart and nothing of it done: a pickle is a program, of which only the few
/// instructions that build tensors in dictionaries are known here. Python, Lib/pickletools.py; PyTorch,
/// torch/_weights_only_unpickler.py.
struct Pickle {
  struct Item {
    std::uint32_t dict, key, value;
  };

  std::vector<PickleValue> values;
  std::vector<std::uint32_t> elements;  ///< of all tuples
  std::vector<Item> items;              ///< of all dicts and objects, in the order of the pickle

  /// The i-th element of a tuple, which must have one.
  const PickleValue& element(const PickleValue& tuple, std::size_t i) const {
    return values[elements[tuple.first + i]];
  }
};

/// `globals` are the names "module.name" that may be asked for. Refused by name: any other, and instructions that are
/// unknown here or out of place. Texts point into `bytes`. Takes memory of about 32 times `bytes`.
Result<Pickle> read_pickle(ByteView bytes, std::span<const std::string_view> globals);

}  // namespace lodestone
