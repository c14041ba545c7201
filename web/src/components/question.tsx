/** What was asked, its code, and in words what came of it: read out when it changes. */
import type { Question } from '../backend/contract.ts';
import { nameOf } from '../state/payload.ts';
import { useItemPicture } from '../state/use-item-picture.ts';
import type { Found } from '../state/use-search.ts';
import { BitPicture } from './bit-picture.tsx';
import './question.css';

/** A picture that was asked with, in this page's memory. */
export interface AskedPicture {
  readonly address: string;
  readonly name: string;
}

interface QuestionProps {
  readonly question: Question;
  readonly found: Found;
  readonly items: number;
  readonly busy: boolean;
  /** Of a picture that asked, as long as the page is open. */
  readonly asked: AskedPicture | undefined;
  readonly pictureOf: (id: string, signal: AbortSignal) => Promise<string>;
}

export function QuestionAndCode({ question, found, items, busy, asked, pictureOf }: QuestionProps) {
  const { page, hits } = found;
  const itself = question.kind === 'item' ? hits.find(({ id }) => id === question.id) : undefined;
  const address = useItemPicture(itself?.picture ? itself.id : undefined, pictureOf);
  const picture = asked?.address ?? address;
  const title =
    question.kind === 'text'
      ? `“${question.text}”`
      : question.kind === 'item'
        ? `More like ${itself ? nameOf(itself) : question.id}`
        : (asked?.name ?? 'A code');
  return (
    <section class="question" aria-label="What was asked">
      {picture !== undefined && <img class="asked" src={picture} alt="" />}
      <div class="said">
        <h2>{title}</h2>
        <p class="quiet" role="status" aria-live="polite">
          {busy ? 'Searching …' : summaryOf(found, items)}
        </p>
        <p class="quiet">
          code <code>{page.code}</code>
        </p>
      </div>
      <BitPicture code={page.code} size={72} />
    </section>
  );
}

/** Shorter ones are articles and the like, which most models leave out on purpose. */
const SAID_LENGTH = 3;

function summaryOf({ page, hits }: Found, items: number): string {
  const parts: string[] = [];
  const { unknownWords, milliseconds, more } = page;
  const words = unknownWords.filter(({ length }) => length >= SAID_LENGTH);
  if (words.length > 0) parts.push(`The model does not know ${words.map((word) => `“${word}”`).join(', ')}.`);
  const time = timeOf(milliseconds);
  const nearest = hits[0];
  if (!nearest) parts.push(`Nothing of ${items.toLocaleString('en')} items fits. ${time}.`);
  else {
    const count = more ? `The nearest ${hits.length}` : hits.length === 1 ? 'One' : `${hits.length}`;
    const last = hits.at(-1)!.distance;
    parts.push(
      `${count} of ${items.toLocaleString('en')} items, ${nearest.distance === last ? last : `${nearest.distance} to ${last}`} bits away, in ${time}.`,
    );
  }
  return parts.join(' ');
}

function timeOf(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
