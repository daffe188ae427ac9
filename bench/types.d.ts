// The data that the parts of the benchmark suite exchange.
import type { Estimate } from './statistics.js';

/** When it began (ms since the measuring began), how long it took (ms), how many runs. */
export type Sample = [start: number, milliseconds: number, runs: number];

/** One competitor's samples of one workload. */
export interface Series {
  workload: string;
  competitor: string;
  unit: string;
  unitsPerRun: number;
  checksum: number | null;
  ok: boolean;
  /** What went wrong if `ok` is false. */
  error?: string;
  samples: Sample[];
}

/** A series and what is found in it; times are milliseconds per unit. */
export interface Analysis extends Series {
  firstCall: number;
  /** `from`: index into `samples`; null if there is no steady state: statistics are then those of the second half. */
  steady: { from: number | null; reason: string };
  statistics: { median: number; min: number; p5: number; p95: number; p999: number; low: number; high: number };
}

export interface Ratio {
  name: string;
  workload: string;
  a: string;
  b: string;
  pairs: number;
  value: number;
  low: number;
  high: number;
}

export interface Target {
  name: string;
  unit: string;
  value: number | null;
  low: number | null;
  high: number | null;
  target: number;
  /** `value` must be at most (`<=`) or at least (`>=`) `target`. */
  relation: '<=' | '>=';
  met: boolean;
  /** What the value alone does not say. */
  note?: string;
  /** Why there is no value. */
  why?: string;
}

export interface Chart {
  title: string;
  x: { label: string; log?: boolean };
  y: { label: string; log?: boolean };
  series: { name: string; points: [number, number][] }[];
}

export interface Table {
  title: string;
  columns: string[];
  rows: (string | number | null)[][];
}

/** What an experiment found: shown as it is. */
export interface Findings {
  text: string[];
  charts?: Chart[];
  tables?: Table[];
  values?: Record<string, number>;
  /** Figures with their intervals. */
  estimates?: Record<string, Found>;
}

export interface Found extends Estimate {
  /** What the figure alone does not say. */
  note?: string;
}

export interface Machine {
  cpu: string;
  cores: number;
  memory: string;
  os: string;
  load: { before: number[]; after: number[] };
  versions: Record<string, string>;
  flags: Record<string, string>;
}

export interface Report {
  machine: Machine;
  started: string;
  seconds: number;
  command: string;
  quick: boolean;
  series: (Analysis | Series)[];
  ratios: Ratio[];
  experiments: Record<string, { title: string } & Findings>;
  missing: { name: string; why: string }[];
  targets: Target[];
}

declare global {
  interface Window {
    /** Answers requests in the benchmark page; see page.js. */
    ask(request: { do: string; workload?: string; runs?: number }): Promise<object>;
  }
}
