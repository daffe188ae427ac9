#pragma once

namespace lodestone {

/// Whether this program has what few ask for: Fourier transforms of any size and framing, PGHI, and the sentences of
/// errors. False in the module that pages load at first (wasm/page.cpp), whose link leaves that code out. What that
/// module refuses without a word, the complete one is asked for: it does it, or says why it cannot be done.
extern const bool complete;

}  // namespace lodestone
