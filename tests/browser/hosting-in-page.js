// What hosting.test.js does in a page whose policy allows only what is needed.

/** Registers with the given addresses of the package's files. */
export async function learnAndPlay() {
  const { Magnet } = await import('/js/index.js');
  return learnAndPlayWith(Magnet, { workletUrl: '/dist/worklet.js', wasmUrl: '/dist/lodestone.wasm' });
}

export const learnAndPlayInline = async () => learnAndPlayWith((await import('/dist/inline.js')).Magnet, {});

/** Only plays, two nodes in each of two contexts. */
export async function play() {
  const { Magnet } = await import('/js/index.js');
  const model = await Magnet.load('/examples/models/responsive.safetensors');
  for (const context of [model.createContext(), model.createContext()]) {
    for (let i = 0; i < 2; ++i) await model.createNode(context);
    await context.close();
  }
}

/** Learns, generates and plays. */
export async function learnGenerateAndPlay() {
  const { Magnet } = await import('/js/index.js');
  const samples = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i * (0.1 + i / 1e5)));
  const tiny = { size: 128, hop: 32, layers: [4], sequence: 4, batch: 8, epochs: 1 };
  const model = await Magnet.train({ samples, sampleRate: 44100 }, tiny);
  await model.generate({ seconds: 0.1 });
  const context = model.createContext();
  await model.createNode(context);
  await context.close();
}

/** Learns, and plays on the audio thread and in a Worker; returns the engines that played. */
async function learnAndPlayWith(Magnet, addresses) {
  const samples = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i * (0.1 + i / 1e5)));
  const tiny = { size: 128, hop: 32, layers: [4], sequence: 4, batch: 8, epochs: 1 };
  const model = await Magnet.train({ samples, sampleRate: 44100 }, tiny);
  const engines = [];
  for (const engine of ['worklet', 'worker', 'auto']) {
    const context = model.createContext();
    const node = await model.createNode(context, { ...addresses, engine });
    node.connect(context.destination);
    await node.trigger(0.5);
    engines.push(node.engine);
    node.dispose();
    await context.close();
  }
  return engines;
}
