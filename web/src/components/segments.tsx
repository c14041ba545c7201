/** One choice of a few, as radio buttons in a row. */
import type { ComponentChildren } from 'preact';

interface SegmentsProps<T extends string> {
  /** What is chosen, for a screen reader. */
  readonly legend: string;
  readonly name: string;
  readonly value: T;
  readonly choices: readonly (readonly [value: T, label: ComponentChildren])[];
  readonly onChoice: (value: T) => void;
}

export function Segments<T extends string>({ legend, name, value, choices, onChoice }: SegmentsProps<T>) {
  return (
    <div class="segments" role="radiogroup" aria-label={legend}>
      {choices.map(([choice, label]) => (
        <label key={choice}>
          <input
            type="radio"
            name={name}
            value={choice}
            checked={choice === value}
            onChange={() => onChoice(choice)}
          />
          {label}
        </label>
      ))}
    </div>
  );
}
