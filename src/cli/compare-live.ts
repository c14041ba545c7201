/** What a person sees while a comparison runs: a table that fills, the runs at hand, the time that is left. */
import type { CompareProgress, CompareState, Evaluation, RunFailure } from '../evaluate/index.ts';

type Run = Pick<CompareProgress, 'method' | 'bits' | 'seed'>;

/** Both directions where there are any, else the first task; of the first database, which is the unseen classes'. */
function shownOf(results: readonly Evaluation[]): { readonly across: boolean; readonly shown: Evaluation[] } {
  const { database, task: first } = results[0]!;
  const here = results.filter((run) => run.database === database);
  const across = here.filter(({ task }) => task === 'image->text' || task === 'text->image');
  if (across.length > 0) return { across: true, shown: across };
  return { across: false, shown: here.filter(({ task }) => task === first) };
}

/** `mAP image->text 0.213, text->image 0.190 (unseen)`. */
function runText(results: readonly Evaluation[]): string {
  const { across, shown } = shownOf(results);
  const figures = shown.map(({ task, map }) => `${across ? `${task} ` : ''}${map.toFixed(3)}`);
  return `mAP ${figures.join(', ')} (${results[0]!.database})`;
}

/** `45 s`, `12 min`, `1 h 05 min`: nobody waits by the second for longer than two minutes. */
export function timeText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

const leftText = ({ remainingSeconds: left }: CompareState): string =>
  left === undefined ? '' : `, about ${timeText(left)} left`;

const runName = ({ method, bits, seed }: Run): string => `${method} ${bits} bits, seed ${seed}`;
const cellOf = ({ method, bits }: Omit<Run, 'seed'>): string => `${method}\n${bits}`;

export class CompareView {
  readonly #plan: Readonly<
    Record<'methods', readonly string[]> & Record<'bits' | 'seeds', readonly number[]>
  >;
  readonly #started = performance.now();
  /** mAP of finished runs, by method and length. */
  readonly #maps = new Map<string, number[]>();
  readonly #running = new Map<string, CompareProgress>();
  #state: CompareState = { done: 0 };
  #failed = 0;
  #finished = 0;

  constructor(plan: {
    readonly methods: readonly string[];
    readonly bits: readonly number[];
    readonly seeds: readonly number[];
  }) {
    this.#plan = plan;
  }

  get total(): number {
    const { methods, bits, seeds } = this.#plan;
    return methods.length * bits.length * seeds.length;
  }

  /** Counts a run, whether it was done now or before. */
  count(results: readonly Evaluation[]): void {
    const run = results[0]!;
    const { shown } = shownOf(results);
    const map = shown.reduce((sum, { map: one }) => sum + one, 0) / shown.length;
    this.#maps.set(cellOf(run), [...(this.#maps.get(cellOf(run)) ?? []), map]);
    this.#running.delete(runName(run));
    this.#finished++;
  }

  progress(event: CompareProgress): void {
    this.#running.set(runName(event), event);
    this.#state = event;
  }

  /** Counts the run, and returns the line that stays. */
  run(results: readonly Evaluation[], state: CompareState): string {
    this.count(results);
    this.#state = state;
    const what = `${runName(results[0]!)}: ${runText(results)}`;
    const took = `trained in ${results[0]!.trainSeconds?.toFixed(1)} s`;
    return `${this.#finished}/${this.total}  ${what}, ${took}${leftText(state)}`;
  }

  failure(failure: RunFailure): string {
    this.#running.delete(runName(failure));
    this.#failed++;
    return `failed  ${runName(failure)}: ${failure.error.code}: ${failure.error.message}`;
  }

  /** The table, the runs at hand, the time. */
  lines(): string[] {
    const { methods, bits } = this.#plan;
    const width = Math.max(...methods.map((name) => name.length)) + 2;
    const head = bits.map((length) => `${length} bits`.padEnd(14)).join('');
    const rows = methods.map((method) => {
      const cells = bits.map((length) => this.#cell(method, length).padEnd(14)).join('');
      return `${method.padEnd(width)}${cells}`.trimEnd();
    });
    const running = [...this.#running.values()].map(
      (run) => `> ${runName(run)}: ${run.phase} ${Math.floor(100 * run.share)} %`,
    );
    const elapsed = timeText((performance.now() - this.#started) / 1000);
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : '';
    return [
      `${'mAP'.padEnd(width)}${head}`.trimEnd(),
      ...rows,
      ...running,
      `${this.#finished}/${this.total} runs${failed}, ${elapsed}${leftText(this.#state)}`,
    ];
  }

  #cell(method: string, bits: number): string {
    const maps = this.#maps.get(cellOf({ method, bits })) ?? [];
    const mean = maps.reduce((sum, map) => sum + map, 0) / maps.length;
    return `${maps.length > 0 ? mean.toFixed(3) : '  –  '} ${maps.length}/${this.#plan.seeds.length}`;
  }
}
