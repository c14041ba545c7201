/**
 * What searches found, as HTML: for each query one line a method, each hit with its picture or text, its class and its
 * distance. Right and wrong hits differ by sign (tick, cross) and frame (solid, dashed), classes without labels have a
 * diamond; colour alone carries nothing.
 */
import { classesOfRow, type Dataset, type ModalityName, takeImages, takeTexts } from '../data/index.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import type { TaskInsight } from '../evaluate/run-record.ts';
import { sidesOf, type Task } from '../evaluate/tasks.ts';
import { escapeXml } from './escape.ts';
import { thumbnail, webpUri } from './pictures.ts';
import { shorten } from './strips.ts';

export interface Found {
  readonly method: string;
  readonly retrieved: TaskInsight['retrieved'];
}

export interface FoundOptions {
  readonly data: Dataset;
  readonly task: Task;
  /** Classes that training had no labels of; they are marked. */
  readonly unseen: ReadonlySet<number>;
  /** Of those that all methods were asked, at most so many queries, at even distances in the list. */
  readonly queries: number;
  /** Hits a query. */
  readonly hits: number;
  readonly signal?: AbortSignal;
}

/** Pixels of a picture in the file; the page shows it at two thirds, sharp on screens of more dots. */
const SIDE = 96;
/** Letters of a text on its card: six lines. */
const MOST_LETTERS = 80;

/**
 * Markup; empty where no query was asked of all methods.
 * @throws `ABORTED`
 */
export async function foundMarkup(found: readonly Found[], options: FoundOptions): Promise<string> {
  const { data, task, signal } = options;
  const [from, to] = sidesOf(task);
  const common = (found[0]?.retrieved ?? [])
    .map(({ query }) => query)
    .filter((row) => found.every(({ retrieved }) => retrieved.some(({ query }) => query === row)));
  const step = Math.max(1, common.length / options.queries);
  const count = Math.min(options.queries, common.length);
  const asked = Array.from({ length: count }, (_, i) => common[Math.floor(i * step)]!);
  const cards = new Map<string, Promise<string>>();
  const card = (modality: ModalityName, row: number): Promise<string> => {
    const key = `${modality} ${row}`;
    const made = cards.get(key) ?? cardOf(data, modality, row);
    cards.set(key, made);
    return made;
  };
  const strips: string[] = [];
  for (const row of asked) {
    throwIfAborted(signal, 'the report');
    const lines = await Promise.all(
      found.map(async ({ method, retrieved }) => {
        const hits = retrieved.find(({ query }) => query === row)!.hits.slice(0, options.hits);
        const items = await Promise.all(
          hits.map(async (hit) =>
            hitMarkup(await card(to, hit.row), hit, classText(data, hit.row, options.unseen)),
          ),
        );
        const right = hits.filter((hit) => hit.right).length;
        return `<div class="line"><h4>${escapeXml(method)}</h4><p class="score">${right} of ${hits.length} right</p>
<ol class="hits" tabindex="0" aria-label="${escapeXml(`${method}: nearest items, in order`)}">${items.join('')}</ol></div>`;
      }),
    );
    const name = classText(data, row, options.unseen);
    strips.push(`<div class="strip"><div class="asked"><h3>${name}</h3>${await card(from, row)}</div>
<div class="lines">${lines.join('\n')}</div></div>`);
  }
  return strips.join('\n');
}

function hitMarkup(
  card: string,
  { right, distance }: { readonly right: boolean; readonly distance: number },
  name: string,
): string {
  const sign = `<span class="sign" role="img" aria-label="${right ? 'right' : 'wrong'}">${right ? '✓' : '✗'}</span>`;
  return `<li class="${right ? 'right' : 'wrong'}">${card}${sign}<span class="name">${name}</span><span class="where">${distance} bits</span></li>`;
}

/** Markup: the first class's name, and a diamond if it is an unseen one. */
function classText(data: Dataset, row: number, unseen: ReadonlySet<number>): string {
  const label = classesOfRow(data, row)[0] ?? -1;
  const name = escapeXml(data.classes[label] ?? 'unlabelled');
  return unseen.has(label)
    ? `<span class="unseen" role="img" aria-label="unseen class">◆</span> ${name}`
    : name;
}

/** The picture, or the text, or where the dataset has features alone the row's name. */
async function cardOf(data: Dataset, modality: ModalityName, row: number): Promise<string> {
  const { image, text } = data.modalities;
  const name = data.classes[classesOfRow(data, row)[0] ?? -1] ?? 'unlabelled';
  if (modality === 'text' && text?.texts)
    return `<div class="card">${escapeXml(shorten(takeTexts(text, [row])[0]!.join(' · '), MOST_LETTERS))}</div>`;
  if (modality === 'image' && image?.images) {
    try {
      const webp = await thumbnail(takeImages(image, [row]), 0, SIDE, 'webp');
      const alt = data.rowNames?.[row] ?? `picture of ${name}`;
      return `<img src="${webpUri(webp)}" width="64" height="64" alt="${escapeXml(alt)}">`;
    } catch (error) {
      // A model of ready-made features never decoded it: one bad file must not cost a finished comparison its report.
      if (!(error instanceof UnseenError)) throw error;
      return `<div class="card">${escapeXml(`(${error.message})`)}</div>`;
    }
  }
  return `<div class="card bare">${escapeXml(data.rowNames?.[row] ?? `row ${row}`)}</div>`;
}
