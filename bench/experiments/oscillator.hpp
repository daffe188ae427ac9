#pragma once

/// The paper's oscillator: a sine wave at 44.1 kHz that continues from call to call. There is one for the whole
/// program.
extern "C" {

/// The next sample. `frequency` in Hz, 0 to 22050.
double oscillator_next(double frequency);

/// The next 128 samples; valid until the next call.
const float* oscillator_block(double frequency);
}
