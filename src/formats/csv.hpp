#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lodestone/result.hpp"

namespace lodestone {

/// A table of comma-separated values (RFC 4180) with a line of names first; fields may be quoted.
class Csv {
 public:
  /// Refuses lines of other lengths than the first, names that are there twice, and quotes that do not end.
  static Result<Csv> read(std::string_view text);

  const std::vector<std::string>& names() const { return names_; }
  /// The column of that name.
  Result<std::size_t> column(std::string_view name) const;
  /// The same, or `names().size()` if there is none.
  std::size_t find(std::string_view name) const;
  std::size_t rows() const { return rows_.size(); }
  const std::string& text(std::size_t row, std::size_t column) const { return rows_[row].fields[column]; }
  /// NaN for an empty field and `nan`.
  Result<float> number(std::size_t row, std::size_t column) const;

 private:
  struct Row {
    std::size_t line;  ///< from 1
    std::vector<std::string> fields;
  };

  std::vector<std::string> names_;
  std::vector<Row> rows_;
};

/// The text as a field.
std::string csv_field(std::string_view text);

}  // namespace lodestone
