/** Samples in a block on its way from the audio thread to the Worker. */
export const blockLength = 2048;
/** The most blocks on their way: 1.5 s at 44.1 kHz. When the Worker is further behind, sound is lost. */
export const blockCount = 32;
