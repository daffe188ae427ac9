import { openContext, Player } from './player.js';

/** Plays a model without end, and newer states of it as they come. */
export class DreamPlayer extends Player {
  #fail;
  #model = null;
  #node = null;
  #expecting = false;

  /** @param {HTMLButtonElement} button @param {(error: Error) => void} fail shows an error */
  constructor(button, fail) {
    super(button);
    this.#fail = fail;
  }

  /** Falls silent until a training has its first model. */
  expect() {
    this.stop();
    openContext();
    this.#expecting = true;
  }

  /**
   * Takes the model to play from now on. While one plays, this must be a newer state of it, which takes over without a
   * break.
   * @param {import('../../js/index.js').Magnet} model
   * @param {boolean} starts whether it may begin to play by itself, after `expect`
   */
  take(model, starts) {
    this.#model = model;
    this.button.disabled = false;
    if (this.#node) this.#use((node) => node.swapModel(model));
    else if (starts && this.#expecting && openContext().state === 'running') this.play();
  }

  begin(context) {
    this.#node = this.#model.createNode(context);
    this.#use((node) => {
      node.addEventListener('error', ({ error }) => this.#break(error));
      node.connect(context.destination);
    });
  }

  end() {
    this.#expecting = false;
    const ignore = () => {};
    this.#node?.then((node) => node.dispose()).catch(ignore); // it may not have been created
    this.#node = null;
  }

  #use(act) {
    const node = this.#node;
    node.then(act).catch((error) => node === this.#node && this.#break(error));
  }

  #break(error) {
    this.stop();
    this.#fail(error);
  }
}
