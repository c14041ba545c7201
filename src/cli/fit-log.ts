/** The log of a training: one line a round of a deep method, one line a phase of a shallow one. */
import type { FitProgress } from '../methods/index.ts';

/** `loss 1.234` …: whole numbers as they are, others with four digits. */
const metricsText = (metrics: Readonly<Record<string, number>>): string =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${Number.isInteger(value) ? value : value.toPrecision(4)}`)
    .join('  ');

/** Keeps the last event of each phase and round: iterations in between move the bar and are not lines. */
export class FitLog {
  readonly events: FitProgress[] = [];
  readonly #print: (line: string) => void;
  #open: FitProgress | undefined;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  add(event: FitProgress): void {
    const { phase, metrics } = event;
    if (this.#open && (this.#open.phase !== phase || this.#open.metrics.round !== metrics.round))
      this.close();
    if (Object.keys(metrics).length > 0) this.#open = event;
  }

  /** Writes what is still open; call it when training has ended. */
  close(): void {
    if (!this.#open) return;
    this.events.push(this.#open);
    this.#print(`${this.#open.phase}  ${metricsText(this.#open.metrics)}`);
    this.#open = undefined;
  }
}
