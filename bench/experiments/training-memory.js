// The memory that the WebAssembly module needs for training.
import { Core, CoreTrainer } from '../../js/core.js';
import { prepare, readWav } from '../../js/index.js';

export const title = 'Memory: training A, 9 s of piano';

const mebi = 2 ** 20;

/** @returns {Promise<import('../types.d.ts').Findings>} */
export async function run() {
  const sound = await readWav(new URL('../../examples/sounds/piano.wav', import.meta.url));
  const core = new Core(await prepare());
  const size = () => core.abi.memory.buffer.byteLength / mebi;
  const before = size();
  const trainer = new CoreTrainer(core, sound.samples, { sampleRate: sound.sampleRate });
  trainer.step();
  trainer.step();
  const training = size();
  const model = trainer.model();
  trainer.dispose();
  model.toBytes();
  const afterwards = size();
  return {
    text: [
      `The module's linear memory grows from ${before} MiB to ${training.toFixed(1)} MiB while network A trains on 9 s of sound at 44.1 kHz, and to ${afterwards.toFixed(1)} MiB when the model and its file are created. It belongs to the Worker and is released with it; pages that do not train never allocate it.`,
    ],
    values: { trainingMiB: afterwards },
  };
}
