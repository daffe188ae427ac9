#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#if defined(__cpp_exceptions)
#include <stdexcept>
#else
#include <cstdio>
#endif

namespace lodestone {

/// Why a call failed. The numbers are the status codes of the C ABI and stay as they are.
enum class ErrorCode : int {
  invalid_argument = 1,  ///< a configuration field or an argument is out of its allowed range
  invalid_data = 2,      ///< bytes or arrays from outside are malformed, truncated or do not fit together
  out_of_memory = 3,     ///< the memory that the sizes ask for cannot be had
  cancelled = 4,         ///< the caller asked to stop
};

/// A failure: a code for programs and one sentence for people, which names the field, the value and what is allowed.
struct Error {
  ErrorCode code;
  std::string message;
};

/// What a check returns: empty when all is well.
using Status = std::optional<Error>;

#if defined(__cpp_exceptions)
/// What `Result::value()` and the public constructors throw where exceptions are compiled in.
class Exception : public std::runtime_error {
 public:
  explicit Exception(const Error& error) : std::runtime_error(error.message), code(error.code) {}
  ErrorCode code;
};
#endif

/// A value or the reason why there is none, like C++23's std::expected.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return content_.index() == 0; }
  T& operator*() { return *std::get_if<0>(&content_); }
  const T& operator*() const { return *std::get_if<0>(&content_); }
  T* operator->() { return std::get_if<0>(&content_); }
  const T* operator->() const { return std::get_if<0>(&content_); }
  const Error& error() const { return *std::get_if<1>(&content_); }

  /// The value; throws `Exception` on failure, or prints the message and aborts where exceptions are compiled out.
  /// The library itself never calls this.
  T value() && {
    if (!*this) {
#if defined(__cpp_exceptions)
      throw Exception(error());
#else
      std::fprintf(stderr, "lodestone: %s\n", error().message.c_str());
      std::abort();
#endif
    }
    return std::move(**this);
  }

 private:
  std::variant<T, Error> content_;
};

}  // namespace lodestone
