/** What went wrong and what to do about it. */
import type { Problem } from '../backend/contract.ts';
import './problem-note.css';

interface ProblemNoteProps {
  readonly problem: Problem;
  readonly onRetry?: () => void;
}

export function ProblemNote({ problem, onRetry }: ProblemNoteProps) {
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{problem.message}</strong>
      </p>
      {problem.hint && <p class="quiet">{problem.hint}</p>}
      {onRetry && (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
