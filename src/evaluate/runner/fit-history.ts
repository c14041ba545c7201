/** The log of a training: the last event of each phase and round. Iterations in between are no lines. */
import type { FitProgress } from '../../methods/index.ts';

export class FitHistory {
  readonly events: FitProgress[] = [];
  #open: FitProgress | undefined;

  /** Returns the event that this one ends, if it does. */
  add(event: FitProgress): FitProgress | undefined {
    const { phase, metrics } = event;
    const before = this.#open;
    const ended = before && (before.phase !== phase || before.metrics.round !== metrics.round);
    const line = ended ? this.close() : undefined;
    if (Object.keys(metrics).length > 0) this.#open = event;
    return line;
  }

  /** Takes what is still open; call it when training has ended. */
  close(): FitProgress | undefined {
    const event = this.#open;
    this.#open = undefined;
    if (event) this.events.push(event);
    return event;
  }
}
