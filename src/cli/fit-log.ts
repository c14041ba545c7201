/** The log of a training: one line a round of a deep method, one line a phase of a shallow one. */
import type { FitProgress } from '../methods/index.ts';

/** Share of the training that passes at least between two printed lines of one kind: fifty lines are enough to see a curve. */
const STEP = 0.02;

/** `loss 1.234` …: whole numbers as they are, others with four digits. */
const metricsText = (metrics: Readonly<Record<string, number>>): string =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${Number.isInteger(value) ? value : value.toPrecision(4)}`)
    .join('  ');

/** `epoch 3/200` and `epoch 4/200` are of one kind. */
const kindOf = (phase: string): string => phase.replace(/\d+/g, '');

/**
 * Keeps the last event of each phase and round: iterations in between move the bar and are not lines. Of hundreds of
 * epochs all are kept, and some printed.
 */
export class FitLog {
  readonly events: FitProgress[] = [];
  readonly #print: (line: string) => void;
  /** By kind of phase: what was done when its last line was printed. */
  readonly #printed = new Map<string, number>();
  #open: FitProgress | undefined;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  add(event: FitProgress): void {
    const { phase, metrics } = event;
    if (this.#open && (this.#open.phase !== phase || this.#open.metrics.round !== metrics.round))
      this.#write(this.#open, STEP);
    if (Object.keys(metrics).length > 0) this.#open = event;
  }

  /** Writes what is still open; call it when training has ended. */
  close(): void {
    if (this.#open) this.#write(this.#open, 0);
  }

  #write(event: FitProgress, step: number): void {
    this.#open = undefined;
    this.events.push(event);
    const kind = kindOf(event.phase);
    if (event.done - (this.#printed.get(kind) ?? Number.NEGATIVE_INFINITY) < step) return;
    this.#printed.set(kind, event.done);
    this.#print(`${event.phase}  ${metricsText(event.metrics)}`);
  }
}
