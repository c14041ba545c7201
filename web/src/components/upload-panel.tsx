/** How far an upload is, how fast, and what could not be added. */
import { secondsLeft } from '../state/upload.ts';
import type { UploadState } from '../state/use-upload.ts';
import { ProblemNote } from './problem-note.tsx';

/** Failures that are listed; the number of all of them stands above. */
const LISTED = 200;

interface UploadPanelProps {
  readonly state: UploadState;
  readonly onStop: () => void;
}

export function UploadPanel({ state, onStop }: UploadPanelProps) {
  const { progress, stage, problem } = state;
  const { total, done, failed } = progress;
  const running = stage === 'running' || stage === 'stopping';
  return (
    <section class="panel progress" aria-label="Progress">
      <div class="line">
        <p>
          <strong>
            {done.toLocaleString('en')} of {total.toLocaleString('en')}
          </strong>{' '}
          <span class="quiet">{running ? pace(state) : ''}</span>
        </p>
        {running && (
          <button type="button" class="button" disabled={stage === 'stopping'} onClick={onStop}>
            {stage === 'stopping' ? 'Stopping …' : 'Stop'}
          </button>
        )}
      </div>
      <progress max={total} value={done} aria-label="Pictures added" />
      <p role="status">{running ? '' : summary(state)}</p>
      {problem && <ProblemNote problem={problem} />}
      {failed.length > 0 && (
        <>
          <h2>{failed.length === 1 ? 'One failed' : `${failed.length} failed`}</h2>
          <ul class="failures" aria-label="Pictures that failed">
            {failed.slice(0, LISTED).map(({ name, reason }) => (
              <li key={name}>
                <strong>{name}</strong> {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function pace({ progress }: UploadState): string {
  const { done, seconds } = progress;
  if (done === 0) return 'starting …';
  const rate = done / seconds;
  const left = Math.ceil(secondsLeft(progress));
  const time = left < 90 ? `${left} s` : `${Math.ceil(left / 60)} min`;
  return `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second, about ${time} left`;
}

function summary({ progress, stage }: UploadState): string {
  const { total, done, added, known, failed } = progress;
  const parts = [`${added} added`];
  if (known > 0) parts.push(`${known} were there already`);
  if (failed.length > 0) parts.push(`${failed.length} failed`);
  const rest = stage === 'stopped' ? ` Stopped: ${total - done} were not sent; what was added stays.` : '';
  return `${parts.join(', ')}.${rest}`;
}
