/** Pictures that somebody chose or dropped, folders included, with the paths that become their ids. */
import type { NamedFile } from '../backend/contract.ts';

export interface Chosen {
  readonly pictures: readonly NamedFile[];
  /** Files of the folders that are no pictures. */
  readonly others: number;
}

/** Of `<input type="file">`; a chosen folder's files carry their path. */
export const chosenFiles = (files: Iterable<File>): Chosen =>
  sorted(Array.from(files, (file) => ({ name: file.webkitRelativePath || file.name, file })));

/** Of a drop: folders are walked through. The entries must be taken before the drop's handler returns. */
export async function droppedFiles(drop: DataTransfer): Promise<Chosen> {
  const entries = [...drop.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found: NamedFile[] = [];
  for (const entry of entries) await walk(entry, found);
  return sorted(found);
}

async function walk(entry: FileSystemEntry, found: NamedFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ name: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // Browsers give a folder in parts, and an empty one at its end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const inner of some) await walk(inner, found);
  }
}

function sorted(all: readonly NamedFile[]): Chosen {
  const pictures = all.filter(({ file }) => file.type.startsWith('image/'));
  return {
    pictures: pictures.sort((a, b) => (a.name < b.name ? -1 : 1)),
    others: all.length - pictures.length,
  };
}
