#pragma once

namespace lodestone {

/// Whether this program has what few ask for: Fourier transforms of any size and framing, and PGHI. False in the module
/// that pages load at first (wasm/page.cpp), whose link leaves that code out; without it this is true.
extern const bool complete;

}  // namespace lodestone
