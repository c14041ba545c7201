/**
 * Progress on stderr: a bar where stderr is a terminal, else a plain line now and then.
 * Results never go through here: they belong on stdout.
 */
import { SingleBar } from 'cli-progress';
import { onStderr } from './colour.ts';

/** Without a terminal: a line at most this often, in milliseconds, and at the end. */
const LINE_INTERVAL = 5_000;

export interface Progress {
  /** `done` is the share of the whole, 0 … 1. */
  update(what: string, done: number): void;
  /** A line that stays, above the bar. */
  line(text: string): void;
  /** Takes the bar away; the next `update` shows it again. */
  stop(): void;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 60);

class Bar implements Progress {
  #bar: SingleBar | undefined;

  update(what: string, done: number): void {
    if (!this.#bar) {
      const format = `${onStderr.cyan('{bar}')} {percentage}% {what}`;
      this.#bar = new SingleBar({
        format,
        barsize: 24,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        clearOnComplete: true,
        gracefulExit: false, // Ctrl-C has its own handler, which wants to say what was kept
        stream: process.stderr,
      });
      this.#bar.start(1, done, { what: oneLine(what) });
    } else this.#bar.update(Math.min(1, done), { what: oneLine(what) });
  }

  line(text: string): void {
    this.stop();
    process.stderr.write(`${text}\n`);
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

class Lines implements Progress {
  #last = { what: '', at: 0, done: -1 };

  update(what: string, done: number): void {
    const now = Date.now();
    const ended = done >= 1 && this.#last.done < 1;
    if (!ended && now - this.#last.at < LINE_INTERVAL) return;
    this.#last = { what, at: now, done };
    process.stderr.write(`${Math.floor(100 * Math.min(1, done))}% ${oneLine(what)}\n`);
  }

  line(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  stop(): void {}
}

export const openProgress = (): Progress => (process.stderr.isTTY ? new Bar() : new Lines());
