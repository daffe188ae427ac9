/**
 * The URLs of the models that are played: A, a network of two layers of 128, in both presets, and a small one, which
 * models.js trains.
 */
export const models = {
  quality: '/examples/models/quality.safetensors',
  responsive: '/examples/models/responsive.safetensors',
  small: '/out/bench/models/small.safetensors',
};
