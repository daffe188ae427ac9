// The networks that all libraries run: MAGNet as in the paper (BatchNorm over bins, LSTM layers, Dense on the last step).

/** Hidden sizes of the LSTM layers. */
export const networks = { A: [128, 128], B: [128, 128, 128] };

export const size = 2048;
export const bins = size / 2 + 1;
export const hop = 512;
export const sampleRate = 44100;
/** Frames that a prediction looks back on. */
export const sequence = 40;
export const batch = 64;
/** Windows of 9 s, and steps in an epoch. */
export const windows = 735;
export const steps = 11;

/** Adam without weight decay, which our own trainer adds: less work for the other libraries. */
export const adam = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8 };
export const batchNorm = { eps: 1e-5, momentum: 0.1 };

/** Names and shapes as in PyTorch's state_dict. */
export function shapesOf(name) {
  const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((tensor) => [`batch_norm.${tensor}`, [bins]]);
  const lstm = networks[name].flatMap((hidden, layer, layers) => [
    [`lstm.weight_ih_l${layer}`, [4 * hidden, layer === 0 ? bins : layers[layer - 1]]],
    [`lstm.weight_hh_l${layer}`, [4 * hidden, hidden]],
    [`lstm.bias_ih_l${layer}`, [4 * hidden]],
    [`lstm.bias_hh_l${layer}`, [4 * hidden]],
  ]);
  return [...norm, ...lstm, ['fc.weight', [bins, networks[name].at(-1)]], ['fc.bias', [bins]]];
}

/** The repository's URL: in a page the server's root, because bundles are elsewhere. */
export const root = globalThis.location ? new URL('/', location.href) : new URL('../../', import.meta.url);

/** Where a network's weights, batches and expected predictions are. */
export const materialUrl = (name) => new URL(`build/bench/peers/${name}.safetensors`, root);
export const recipeUrl = new URL('build/bench/peers/recipe.safetensors', root);
export const onnxUrl = (name) => new URL(`build/bench/peers/${name}.onnx`, root);
