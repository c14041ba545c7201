/** The log of a training: one line a round of a deep method, one line a phase of a shallow one. */
import { FitHistory } from '../evaluate/runner/fit-history.ts';
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
  readonly #history = new FitHistory();
  readonly #print: (line: string) => void;
  /** By kind of phase: what was done when its last line was printed. */
  readonly #printed = new Map<string, number>();

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  get events(): readonly FitProgress[] {
    return this.#history.events;
  }

  add(event: FitProgress): void {
    this.#write(this.#history.add(event), STEP);
  }

  /** Writes what is still open; call it when training has ended. */
  close(): void {
    this.#write(this.#history.close(), 0);
  }

  #write(event: FitProgress | undefined, step: number): void {
    if (!event) return;
    const kind = kindOf(event.phase);
    if (event.done - (this.#printed.get(kind) ?? Number.NEGATIVE_INFINITY) < step) return;
    this.#printed.set(kind, event.done);
    this.#print(`${event.phase}  ${metricsText(event.metrics)}`);
  }
}
