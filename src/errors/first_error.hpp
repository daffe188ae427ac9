#pragma once

#include <utility>

#include "lodestone/result.hpp"

namespace lodestone {

/// Unpacks many Results and keeps the first error, for create functions that allocate many blocks.
class FirstError {
 public:
  template <class T>
  void take(T& to, Result<T> from) {
    if (status_) return;
    if (from) {
      to = std::move(*from);
    } else {
      status_ = from.error();
    }
  }

  void take(Error error) {
    if (!status_) status_ = std::move(error);
  }

  explicit operator bool() const { return status_.has_value(); }
  const Error& operator*() const { return *status_; }
  const Status& status() const { return status_; }

 private:
  Status status_;
};

}  // namespace lodestone
