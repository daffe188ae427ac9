/**
 * What a Magnet is made from, except for the model file.
 * @param {import('../wasm/model.js').CoreModel} model
 */
export function describe(model) {
  return {
    live: model.liveBytes(),
    config: model.config,
    losses: model.losses,
    validationLosses: model.validationLosses,
  };
}
