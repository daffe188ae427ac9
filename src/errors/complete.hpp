#pragma once

namespace lodestone {

/// Whether this build includes rarely needed code: Fourier transforms of any size and framing, PGHI, and error
/// messages. False in the module that pages load first (wasm/page.cpp), which is linked without them. When that module
/// refuses something without a message, the complete module is asked: it either does it or says why it cannot.
extern const bool complete;

}  // namespace lodestone
