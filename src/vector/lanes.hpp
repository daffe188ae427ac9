#pragma once

#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

/// Vectors of 4, 8 or 16 floats, based on the compiler's vector types: + - * / and comparisons are built in.
///
/// Everything is in an unnamed namespace: a kernel's source is compiled once per instruction set, and if the linker
/// merged its functions, the narrowest build could end up with the widest instructions.
namespace lodestone {
namespace {

template <class T, int lanes>
struct VectorType {
  typedef T Type __attribute__((vector_size(sizeof(T) * lanes)));
};
template <int lanes>
using Floats = typename VectorType<float, lanes>::Type;
template <int lanes>
using Words = typename VectorType<std::uint32_t, lanes>::Type;

template <class V>
inline constexpr int lanes_of = sizeof(V) / 4;

template <class V, class T>
inline V load(const T* from) {
  V values;
  std::memcpy(&values, from, sizeof(V));
  return values;
}

template <class V, class T>
inline void store(T* to, V values) {
  std::memcpy(to, &values, sizeof(V));
}

/// Loads the first `count` lanes from memory and sets the rest to zero.
template <class V, class T>
inline V load_some(const T* from, std::size_t count) {
  V values{};
  std::memcpy(&values, from, count * sizeof(T));
  return values;
}

template <class V, class T>
inline void store_some(T* to, V values, std::size_t count) {
  std::memcpy(to, &values, count * sizeof(T));
}

/// x − 0 leaves every value unchanged, including −0 and NaN, so compilers remove the subtraction.
template <class V>
inline V splat(float value) {
  return value - V{};
}

template <class V>
inline Words<lanes_of<V>> bits_of(V values) {
  return (Words<lanes_of<V>>)values;
}

template <class V>
inline V absolute(V values) {
  return (V)(bits_of(values) & 0x7fffffffu);
}

/// `magnitude` (≥ 0) with the sign of `sign`.
template <class V>
inline V with_sign(V magnitude, V sign) {
  return (V)(bits_of(magnitude) | (bits_of(sign) & 0x80000000u));
}

/// NaN stays NaN.
template <class V>
inline V clamp(V values, float low, float high) {
#if defined(__wasm_simd128__)  // one instruction each; compilers would emit a dozen
  return (V)wasm_f32x4_pmin(wasm_f32x4_pmax((v128_t)values, wasm_f32x4_splat(low)), wasm_f32x4_splat(high));
#endif
  values = values < low ? splat<V>(low) : values;
  return values > high ? splat<V>(high) : values;
}

/// Values below `least` become 0.
template <class V>
inline V scrub(V values, float least) {
  return absolute(values) < least ? V{} : values;
}

/// Values below 1e-20 become 0, so that no later product is subnormal and flush-to-zero makes no difference.
template <class V>
inline V scrub(V values) {
  return scrub(values, 1e-20f);
}

/// a·b + c, rounded once if the instruction set supports it, otherwise twice.
template <class V>
inline V multiply_add(V a, V b, V c) {
#if defined(__AVX512F__)
  if constexpr (lanes_of<V> == 16) return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#endif
#if defined(__FMA__)
  if constexpr (lanes_of<V> == 8) return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#endif
  return a * b + c;
}

template <class V>
inline V square_root(V values) {
#if defined(__AVX512F__)
  if constexpr (lanes_of<V> == 16) return (V)_mm512_sqrt_ps((__m512)values);
#endif
#if defined(__AVX2__)
  if constexpr (lanes_of<V> == 8) return (V)_mm256_sqrt_ps((__m256)values);
#endif
#if defined(__SSE2__)
  if constexpr (lanes_of<V> == 4) return (V)_mm_sqrt_ps((__m128)values);
#elif defined(__wasm_simd128__)
  if constexpr (lanes_of<V> == 4) return (V)wasm_f32x4_sqrt((v128_t)values);
#endif
  for (int lane = 0; lane < lanes_of<V>; ++lane) values[lane] = __builtin_sqrtf(values[lane]);
  return values;
}

/// Whether any lane is not 0.
template <class W>
inline bool any(W words) {
#if defined(__wasm_simd128__)
  if constexpr (lanes_of<W> == 4) return wasm_v128_any_true((v128_t)words);
#endif
  std::uint64_t parts[sizeof(W) / 8], together = 0;
  std::memcpy(parts, &words, sizeof(W));
  for (const std::uint64_t part : parts) together |= part;
  return together != 0;
}

/// x = n·ln 2 + r with an integer n and |r| ≤ ln(2)/2.
template <class V>
struct Reduced {
  V power;     ///< 2^n
  V fraction;  ///< e^r − 1
};

/// |x| ≤ 87. The error of `fraction` is below 1 ulp.
template <class V>
inline Reduced<V> reduce_exponent(V x) {
  constexpr float round = 12582912.0f;  // 1.5·2^23: adding it leaves the nearest integer in the low bits
  const V shifted = multiply_add(x, splat<V>(1.44269504f), splat<V>(round));
  const V n = shifted - round;
  // ln 2 in two parts; the first has so few bits that its products are exact.
  const V r = multiply_add(n, splat<V>(2.12194440e-4f), multiply_add(n, splat<V>(-0.693359375f), x));
  // e^r = 1 + r + r²·q(r), q minimax of degree 4.
  V q = multiply_add(r, splat<V>(0x1.6d995cp-10f), splat<V>(0x1.122838p-7f));
  q = multiply_add(q, r, splat<V>(0x1.555486p-5f));
  q = multiply_add(q, r, splat<V>(0x1.5554bp-3f));
  q = multiply_add(q, r, splat<V>(0.5f));
  return {(V)((bits_of(shifted) << 23) + 0x3f800000u), multiply_add(q, r * r, r)};
}

/// e^x, the argument clamped to ±87; relative error ≤ 3 ulp.
template <class V>
inline V exponential(V x) {
  const auto [power, fraction] = reduce_exponent(clamp(x, -87.0f, 87.0f));
  return multiply_add(power, fraction, power);
}

/// 1 / (1 + e^−x); relative error ≤ 3 ulp for results above e^−87.
template <class V>
inline V sigmoid(V x) {
  return 1.0f / (1.0f + exponential(-x));
}

/// tanh x = m / (m + 2) with m = e^2x − 1, which stays accurate near 0; relative error ≤ 3 ulp.
template <class V>
inline V hyperbolic_tangent(V x) {
  const auto [power, fraction] = reduce_exponent(clamp(2.0f * absolute(x), 0.0f, 20.0f));
  const V m = multiply_add(power, fraction, power - 1.0f);
  return with_sign(m / (m + 2.0f), x);
}

/// ln x for normal x > 0, to 2e-7 relative or 3e-8 absolute, whichever is larger.
template <class V>
inline V natural_logarithm(V x) {
  using Integers = typename VectorType<std::int32_t, lanes_of<V>>::Type;
  // x = m·2^n with m from √½ to √2.
  const Integers n = (Integers)(bits_of(x) - 0x3f3504f3u) >> 23;
  const V m = (V)(bits_of(x) - ((Words<lanes_of<V>>)n << 23));
  // ln m = 2 artanh s, a series of odd powers with |s| < 0.172; the next term would add less than 1e-9 of it.
  const V s = (m - 1.0f) / (m + 1.0f), z = s * s;
  const V series = s * z * (0x1.555556p-1f + z * (0x1.99999ap-2f + z * (0x1.24924ap-2f + z * 0x1.c71c72p-3f)));
  const V power = __builtin_convertvector(n, V);
  // ln 2 in two parts, as above.
  return power * 0.693359375f + (2.0f * s + (series - power * 2.12194440e-4f));
}

}  // namespace
}  // namespace lodestone
