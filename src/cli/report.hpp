#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lodestone::cli {

/// One entry of a report.
class Value {
 public:
  Value(std::string_view text) : content_(std::string(text)) {}
  Value(std::string text) : content_(std::move(text)) {}
  Value(const char* text) : content_(std::string(text)) {}
  Value(bool truth) : content_(truth) {}
  Value(int number) : content_(static_cast<double>(number)) {}
  Value(double number) : content_(number) {}
  Value(std::vector<double> numbers) : content_(std::move(numbers)) {}
  template <class Integer>
  requires std::is_integral_v<Integer> Value(Integer number) : content_(static_cast<double>(number)) {}

  /// For people: fractional numbers with that many digits.
  std::string text(int digits = 6) const;
  /// For programs: numbers with all their digits; NaN and infinity become null.
  std::string json() const;
  bool is_number() const { return std::holds_alternative<double>(content_); }

 private:
  std::variant<std::string, bool, double, std::vector<double>> content_;
};

/// A command's result: fields and tables in order. Printed as aligned text, or as a JSON object with the same names in
/// snake_case.
class Report {
 public:
  struct Table {
    std::string name;
    std::vector<std::string> columns;
    std::vector<std::vector<Value>> rows;
    int digits = 6;                 ///< of its numbers, as text
    std::size_t fields_before = 0;  ///< number of fields above it
  };

  void add(std::string_view name, Value value, std::string_view unit = {});
  /// The table of that name, created with these columns if there is none yet.
  Table& table(std::string_view name, std::vector<std::string> columns);

  std::string text() const;
  std::string json() const;

 private:
  struct Field {
    std::string name;
    Value value;
    std::string unit;
  };
  std::vector<Field> fields_;
  std::vector<Table> tables_;
};

}  // namespace lodestone::cli
