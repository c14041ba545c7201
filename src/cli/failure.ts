/** Whatever went wrong, as one kind of error: what to print, and the exit status. */
import { CommanderError } from 'commander';
import { UnseenError } from '../errors.ts';
import { onStderr } from './colour.ts';

/** Turns anything thrown into an `UnseenError`; `command` is the words to put before `--help`. */
export function toUnseenError(thrown: unknown, command: string): UnseenError {
  if (thrown instanceof UnseenError) return thrown;
  if (thrown instanceof CommanderError) {
    const [, reason, suggestion] = /^(?:error: )?(.*?)\s*(?:\((Did you mean .*?)\))?\s*$/s.exec(
      thrown.message,
    )!;
    const advice = `${command} --help shows what is possible.`;
    return new UnseenError('CALL_INVALID', {
      reason,
      advice: suggestion ? `${suggestion} ${advice}` : advice,
    });
  }
  const error = thrown as NodeJS.ErrnoException;
  if (error?.name === 'AbortError') {
    return new UnseenError(
      'ABORTED',
      { during: 'the work', kept: 'Nothing more was written.' },
      { cause: thrown },
    );
  }
  // A full disk or a missing right met outside a reader: the system's own words, not a bug of ours.
  if (typeof error?.code === 'string' && typeof error.syscall === 'string') {
    const what = error.path ?? error.syscall;
    return new UnseenError('SYSTEM_FAILED', { what, reason: error.message }, { cause: thrown });
  }
  return new UnseenError('INTERNAL', { reason: error?.message ?? String(thrown) }, { cause: thrown });
}

/** For people: `error CODE: message`, then the hint. A bug shows where it happened. */
export function failureText(error: UnseenError): string {
  const lines = [
    `${onStderr.red('error')} ${onStderr.bold(error.code)}: ${error.message}`,
    `  ${error.hint}`,
  ];
  if (error.code === 'INTERNAL' && error.cause instanceof Error && error.cause.stack) {
    lines.push(onStderr.dim(error.cause.stack));
  }
  return lines.join('\n');
}

/** For machines, on stdout under `--json`. */
export function failureJson(error: UnseenError): object {
  const { code, message, hint, exit, values } = error;
  return { error: { code, message, hint, exit, values } };
}
