/**
 * What the main thread can ask of a player, on whichever thread it runs.
 * @param {import('../core.js').CorePlayer} player
 * @param {import('./model-swap.js').ModelSwap} swap
 */
export function playerActions(player, swap) {
  return {
    trigger: (/** @type {number} */ position, /** @type {number} */ pitch) => player.trigger(position, pitch),
    reset: (/** @type {number} */ seed) => player.reset(seed),
    swap: (/** @type {Uint8Array} */ live) => swap.swap(live),
  };
}
