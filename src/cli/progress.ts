/**
 * Progress on stderr: a bar or a few live lines where stderr is a terminal, else a plain line now and then.
 * Results never go through here: they belong on stdout.
 */
import { SingleBar } from 'cli-progress';
import { onStderr } from './colour.ts';

/** Without a terminal: a line at most this often, in milliseconds, and at the end. */
const LINE_INTERVAL = 5_000;

/** On a terminal: live lines are drawn again so often, in milliseconds. */
const DRAW_INTERVAL = 250;

export interface Progress {
  /** `done` is the share of the whole, 0 … 1. */
  update(what: string, done: number): void;
  /** On a terminal, in place of the bar: these lines, asked for again and again until `stop`. Elsewhere nothing. */
  show(lines: () => readonly string[]): void;
  /** A line that stays, above the bar. */
  line(text: string): void;
  /** Takes the bar or the lines away; the next `update` shows it again. */
  stop(): void;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 60);

/** Lines that are written over, in one write each time: nothing flickers. */
class LiveLines {
  readonly #lines: () => readonly string[];
  readonly #timer: NodeJS.Timeout;
  #height = 0;

  constructor(lines: () => readonly string[]) {
    this.#lines = lines;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), DRAW_INTERVAL);
    this.#timer.unref();
  }

  above(text: string): void {
    this.#draw(text);
  }

  end(): void {
    clearInterval(this.#timer);
    process.stderr.write(this.#back('\x1b[J'));
  }

  #draw(above?: string): void {
    const { columns = 80, rows = 24 } = process.stderr;
    // A line that wraps, or a table taller than the window, could not be taken back.
    const shown = this.#lines()
      .slice(0, rows - 1)
      .map((line) => line.slice(0, columns - 1));
    const lines = [...(above === undefined ? [] : [above]), ...shown];
    process.stderr.write(this.#back(`${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`));
    this.#height = shown.length;
  }

  #back(text: string): string {
    return `${this.#height > 0 ? `\x1b[${this.#height}A` : ''}\r${text}`;
  }
}

class Bar implements Progress {
  #bar: SingleBar | undefined;
  #live: LiveLines | undefined;

  show(lines: () => readonly string[]): void {
    this.stop();
    this.#live = new LiveLines(lines);
  }

  update(what: string, done: number): void {
    if (this.#live) return;
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
    if (this.#live) {
      this.#live.above(text);
      return;
    }
    this.stop();
    process.stderr.write(`${text}\n`);
  }

  stop(): void {
    this.#live?.end();
    this.#live = undefined;
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

class Lines implements Progress {
  #last = { what: '', at: 0, done: -1 };

  show(): void {}

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
