/**
 * Loads processors of this suite, one after another.
 * @param {BaseAudioContext} context
 * @param {...string} names
 */
export async function loadProcessors(context, ...names) {
  for (const name of names) await context.audioWorklet.addModule(new URL(`../processors/${name}.js`, import.meta.url));
}
