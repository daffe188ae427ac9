// What an AudioWorkletGlobalScope has that TypeScript's library for pages lacks.

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(name: string, processor: new (options: any) => object): void;

declare const currentFrame: number;
declare const sampleRate: number;
