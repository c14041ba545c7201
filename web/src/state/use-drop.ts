/** Files that are dragged over the page and dropped anywhere on it. */
import { useEffect, useRef, useState } from 'preact/hooks';

/** Returns whether files are over the page right now. */
export function useDrop(active: boolean, onDrop: (drop: DataTransfer) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onDrop);
  latest.current = onDrop;
  useEffect(() => {
    if (!active) return undefined;
    let depth = 0; // every element that is entered is left again, also on the way from one to another
    const withFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const listeners = {
      dragenter(event: DragEvent) {
        if (!withFiles(event)) return;
        depth++;
        setOver(true);
      },
      dragleave(event: DragEvent) {
        if (!withFiles(event)) return;
        depth--;
        if (depth <= 0) setOver(false);
      },
      dragover(event: DragEvent) {
        if (withFiles(event)) event.preventDefault(); // else the browser opens the file in place of the page
      },
      drop(event: DragEvent) {
        if (!withFiles(event)) return;
        event.preventDefault();
        depth = 0;
        setOver(false);
        latest.current(event.dataTransfer!);
      },
    };
    const all = Object.entries(listeners) as [keyof typeof listeners, (event: DragEvent) => void][];
    for (const [name, listener] of all) addEventListener(name, listener);
    return () => {
      for (const [name, listener] of all) removeEventListener(name, listener);
    };
  }, [active]);
  return over;
}
