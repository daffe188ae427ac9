#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "lodestone/random.hpp"

/// A hand that moves in two dimensions, for tests: five gestures, never twice alike, and random movement between them.
/// 100 rows a second.
class Movement {
 public:
  static constexpr std::uint32_t kinds = 5;
  static constexpr std::size_t inputs = 2;

  struct Truth {
    std::uint32_t kind, first, last;
  };

  explicit Movement(std::uint32_t seed) : random_(seed) {}

  /// One gesture alone.
  std::vector<float> take(std::uint32_t kind) {
    rows_.clear();
    gesture(kind);
    return rows_;
  }

  /// Gestures of random kinds and what lies between them; `truths`: where they are.
  std::vector<float> stream(int gestures, std::vector<Truth>& truths) {
    rows_.clear();
    truths.clear();
    for (int i = 0; i < gestures; ++i) {
      wander();
      const std::uint32_t kind = random_.below(kinds);
      begin(kind);
      const std::uint32_t first = now();
      draw(kind);
      truths.push_back({kind, first, now() - 1});
    }
    wander();
    return rows_;
  }

 private:
  struct Point {
    double x, y;
  };
  /// How this gesture differs from the others of its kind.
  struct Manner {
    double rows, warp, size;
    Point at;
  };

  double between(double low, double high) { return low + (high - low) * static_cast<double>(random_.uniform()); }
  /// The sum of twelve uniform numbers is nearly normal.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(random_.uniform());
    return sum;
  }
  std::uint32_t now() const { return static_cast<std::uint32_t>(rows_.size() / inputs); }

  void add(Point point) {
    place_ = point;
    for (const double value : {point.x, point.y}) rows_.push_back(static_cast<float>(value + 0.03 * normal()));
  }

  /// The ideal way of a gesture, u from 0 to 1.
  static Point way(std::uint32_t kind, double u) {
    const double turn = 2 * 3.14159265358979 * u;
    switch (kind) {
      case 0:  // a circle
        return {std::cos(turn), std::sin(turn)};
      case 1:  // a figure eight
        return {std::sin(turn), std::sin(2 * turn) / 2};
      case 2:  // a tick
        return u < 0.35 ? Point{-0.8 + 1.5 * u, 0.2 - 2.5 * u}
                        : Point{-0.275 + 1.8 * (u - 0.35), -0.675 + 2.4 * (u - 0.35)};
      case 3:  // from left to right and back, below
        return {-std::cos(turn), 0.6 - 0.5 * u};
      default:  // a zigzag downwards
        return {0.7 * std::sin(3 * turn / 2), 1 - 2 * u};
    }
  }

  void begin(std::uint32_t kind) {
    manner_ = {
        100 * between(0.7, 1.4), between(-0.6, 0.6), between(0.85, 1.15), {between(-0.1, 0.1), between(-0.1, 0.1)}};
    go(on_the_way(kind, 0));
  }

  Point on_the_way(std::uint32_t kind, double u) const {
    const double turn = 2 * 3.14159265358979 * u;
    const Point point = way(kind, u + manner_.warp * std::sin(turn) / (2 * 3.14159265358979));
    return {manner_.at.x + manner_.size * point.x, manner_.at.y + manner_.size * point.y};
  }

  void draw(std::uint32_t kind) {
    for (int i = 0; i < static_cast<int>(manner_.rows); ++i) add(on_the_way(kind, i / manner_.rows));
  }

  void gesture(std::uint32_t kind) {
    begin(kind);
    rows_.clear();
    draw(kind);
  }

  /// Smoothly to a point, in 0.2 to 0.8 s.
  void go(Point to) {
    const Point from = place_;
    const double rows = 100 * between(0.2, 0.8);
    for (int i = 1; i < static_cast<int>(rows); ++i) {
      const double u = i / rows, share = u * u * (3 - 2 * u);
      add({from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)});
    }
  }

  void wander() {
    for (std::uint32_t i = 2 + random_.below(4); i > 0; --i) go({between(-1.2, 1.2), between(-1.2, 1.2)});
  }

  lodestone::Random random_;
  std::vector<float> rows_;
  Point place_ = {0, 0};
  Manner manner_ = {};
};
