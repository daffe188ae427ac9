#pragma once

#include "mapping/archive.hpp"

/// Replaces the first number of one field of a model by one that is too large.
class Tamper : public lodestone::Archive {
 public:
  explicit Tamper(std::string_view field) : field_(field) {}

  bool reading() const override { return true; }
  bool derived() const override { return true; }
  void number(std::string_view name, double& value) override {
    if (name == field_) value = 1e9;
  }
  void texts(std::string_view, std::vector<std::string>&) override {}
  void integers(std::string_view name, std::vector<std::uint32_t>& values) override {
    if (name == field_) values[0] = 1000000000;
  }
  void doubles(std::string_view name, std::vector<double>& values) override {
    if (name == field_) values[0] = 1e300;
  }
  void floats(std::string_view name, lodestone::Array2<float>& values) override {
    if (name == field_) values(0, 0) = 1e30f;
  }

 private:
  std::string_view field_;
};
