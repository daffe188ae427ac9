/// Replaces the C library's functions of the same names.

#include "mathematics.hpp"

extern "C" {

double exp(double x) { return lodestone::small::exp(x); }
double log(double x) { return lodestone::small::log(x); }
double log2(double x) { return lodestone::small::log2(x); }
double pow(double x, double y) { return lodestone::small::pow(x, y); }

/// musl's sin, cos, sinf and cosf use these for argument reduction.
int __rem_pio2(double x, double* parts) { return lodestone::small::reduce_by_half_pi(x, parts); }
int __rem_pio2f(float x, double* part) { return lodestone::small::reduce_by_half_pi(x, part); }

}  // extern "C"
