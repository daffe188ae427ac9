/** Where a model of this suite lies, for pages: see models.js. @param {import('./models.js').ModelName} name */
export const modelAddress = (name) => `/out/bench/models/${name}.safetensors`;
