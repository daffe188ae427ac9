#pragma once

#if defined(__has_feature)  // Clang's name for what GCC defines as a macro
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__
#endif
#endif

/// Whether AddressSanitizer is on. It makes code some ten times slower: there, a sample of a long series of cases
/// stands for all, which run without it.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
