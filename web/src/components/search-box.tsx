/** One box for every question: words, or a picture that is chosen, dropped or pasted anywhere on the page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useDrop } from '../state/use-drop.ts';
import { Icon } from './icon.tsx';
import './search-box.css';

/** As the service has it, far above what anybody types. */
const MAX_TEXT = 10_000;

interface SearchBoxProps {
  /** What is asked now, where it is a text. */
  readonly text: string;
  readonly canAskText: boolean;
  readonly canAskPicture: boolean;
  readonly onText: (text: string) => void;
  readonly onPicture: (picture: File) => void;
  readonly onClear: () => void;
}

export function SearchBox({ text, canAskText, canAskPicture, onText, onPicture, onClear }: SearchBoxProps) {
  const [typed, setTyped] = useState(text);
  const field = useRef<HTMLInputElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const inField = (event.target as Element).closest('input, textarea, select, [contenteditable]');
      if (event.key !== '/' || inField || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.select();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  const take = (files: readonly File[]): void => {
    const picture = files.find(({ type }) => type.startsWith('image/'));
    if (picture) onPicture(picture);
  };
  const over = useDrop(canAskPicture, (drop) => take([...drop.files]));
  useEffect(() => {
    if (!canAskPicture) return undefined;
    const paste = ({ clipboardData }: ClipboardEvent): void => take([...(clipboardData?.files ?? [])]);
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  });

  const clear = (): void => {
    setTyped('');
    onClear();
    field.current?.focus();
  };
  const asks = canAskText ? 'What are you looking for?' : 'Choose a picture to search with';
  return (
    <search>
      <form
        class="ask"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== '') onText(typed.trim());
        }}
      >
        <Icon name="search" />
        <label class="unsighted" for="ask">
          Search by words
        </label>
        <input
          id="ask"
          ref={field}
          type="search"
          autocomplete="off"
          enterkeyhint="search"
          maxLength={MAX_TEXT}
          placeholder={asks}
          value={typed}
          disabled={!canAskText}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.preventDefault();
            clear();
          }}
        />
        {typed !== '' && (
          <button type="button" class="icon-button" aria-label="Clear" title="Clear (Escape)" onClick={clear}>
            <Icon name="close" />
          </button>
        )}
        {canAskPicture && (
          <>
            <input
              ref={chooser}
              id="ask-picture"
              type="file"
              accept="image/png,image/jpeg,image/webp,image/gif,image/avif"
              hidden
              onChange={({ currentTarget }) => {
                take([...(currentTarget.files ?? [])]);
                currentTarget.value = ''; // the same file may be chosen again
              }}
            />
            <button
              type="button"
              class="icon-button"
              aria-label="Search with a picture"
              title="Search with a picture: choose, drop or paste one"
              onClick={() => chooser.current?.click()}
            >
              <Icon name="picture" />
            </button>
          </>
        )}
        <button type="submit" class="button main" disabled={!canAskText}>
          <span class="word">Search</span>
          <span class="glass">
            <Icon name="search" />
          </span>
        </button>
      </form>
      {over && <div class="drop-here">Drop a picture to search with it</div>}
    </search>
  );
}
