#pragma once

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#if defined(__cpp_exceptions)
#include <stdexcept>
#else
#include <cstdio>
#endif

#include "lodestone/facts/errors.hpp"

namespace lodestone {

/// A failure: a code for programs and a sentence for people that names the field, the value and what is allowed.
struct Error {
  ErrorCode code;
  std::string message;

  // Out of line: many functions create errors, and inlined strings would make the page's module an eighth larger.
  [[gnu::noinline]] Error(ErrorCode error_code, std::string sentence)
      : code(error_code), message(std::move(sentence)) {}
  [[gnu::noinline]] Error(const Error& other) : code(other.code), message(other.message) {}
  [[gnu::noinline]] Error(Error&& other) noexcept : code(other.code), message(std::move(other.message)) {}
  [[gnu::noinline]] Error& operator=(Error other) noexcept {
    code = other.code;
    message = std::move(other.message);
    return *this;
  }
  [[gnu::noinline]] ~Error() = default;
};

/// The result of a check: empty if everything is valid.
using Status = std::optional<Error>;

#if defined(__cpp_exceptions)
/// Thrown by `Result::value()` and the public constructors if exceptions are enabled.
class Exception : public std::runtime_error {
 public:
  explicit Exception(const Error& error) : std::runtime_error(error.message), code(error.code) {}
  ErrorCode code;
};
#endif

/// A value or an error, like C++23's std::expected.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(const Error& error) : error_(new Error(error)) {}

  explicit operator bool() const { return value_.has_value(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const Error& error() const { return *error_; }

  /// The value. On failure throws `Exception`, or prints the message and aborts if exceptions are disabled. The library
  /// itself never calls this.
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
  // std::variant would take three times as much code in the page's module.
  std::optional<T> value_;
  std::unique_ptr<Error> error_;
};

}  // namespace lodestone
