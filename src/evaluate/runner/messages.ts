/** What a comparison and its children say to each other, as JSON. */
import { UnseenError } from '../../errors.ts';
import type { Environment } from '../environment.ts';
import type { RunRecord } from '../run-record.ts';
import type { Cell } from './cell.ts';
import type { CellProgress } from './run-cell.ts';

export type ToChild =
  | {
      readonly kind: 'open';
      /** A dataset folder or a bundled set. */
      readonly source: string;
      readonly fingerprint: string;
      readonly threads: number;
      readonly monitor: boolean;
      readonly environment: Environment;
    }
  | { readonly kind: 'run'; readonly cell: Cell };

export type FromChild =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'progress' } & CellProgress)
  | { readonly kind: 'done'; readonly record: RunRecord }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

export type ErrorMessage = Pick<UnseenError, 'code' | 'values'>;

/** Whatever was thrown, as an error with a code. */
export function asUnseenError(thrown: unknown): UnseenError {
  if (thrown instanceof UnseenError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new UnseenError('INTERNAL', { reason }, { cause: thrown });
}

export function toMessage(thrown: unknown): ErrorMessage {
  const { code, values } = asUnseenError(thrown);
  return { code, values };
}

export const fromMessage = ({ code, values }: ErrorMessage): UnseenError => new UnseenError(code, values);
