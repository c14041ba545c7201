/** Pictures into the collection: chosen, dropped, or a folder of them, with progress that can be stopped. */
import { useRef, useState } from 'preact/hooks';
import type { CollectionInfo } from '../backend/contract.ts';
import { type Chosen, chosenFiles, droppedFiles } from '../state/files.ts';
import { useDrop } from '../state/use-drop.ts';
import type { Uploads } from '../state/use-upload.ts';
import { Icon } from './icon.tsx';
import { UploadPanel } from './upload-panel.tsx';
import './add-view.css';

interface AddViewProps {
  readonly collection: CollectionInfo;
  readonly uploads: Uploads;
}

export function AddView({ collection, uploads }: AddViewProps) {
  const [note, setNote] = useState('');
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const { state, start } = uploads;
  const running = state?.stage === 'running' || state?.stage === 'stopping';
  const take = ({ pictures, others }: Chosen): void => {
    const left =
      others > 0
        ? `${others} ${others === 1 ? 'file that is no picture is' : 'files that are no pictures are'} left out.`
        : '';
    setNote(pictures.length === 0 ? `There is no picture among them. ${left}` : left);
    start(pictures);
  };
  const over = useDrop(!running, (drop) => {
    droppedFiles(drop).then(take, (error) => setNote(`The drop could not be read: ${error.message}`));
  });
  const choose = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    take(chosenFiles(currentTarget.files ?? []));
    currentTarget.value = '';
  };
  return (
    <div class="view">
      <h1>Add pictures to “{collection.name}”</h1>
      <section class="add-zone" aria-label="Choose pictures">
        <p>Drop pictures or folders here, or choose them.</p>
        <div class="choices">
          <input id="add-files" ref={files} type="file" accept="image/*" multiple hidden onChange={choose} />
          <input
            id="add-folder"
            ref={(input) => {
              // No attribute of JSX: the name is Chromium's, and all browsers took it over.
              input?.setAttribute('webkitdirectory', '');
              folder.current = input;
            }}
            type="file"
            multiple
            hidden
            onChange={choose}
          />
          <button type="button" class="button main" disabled={running} onClick={() => files.current?.click()}>
            <Icon name="picture" />
            Choose pictures
          </button>
          <button type="button" class="button" disabled={running} onClick={() => folder.current?.click()}>
            Choose a folder
          </button>
        </div>
        <p class="quiet">
          A picture’s path becomes its id, and the folder that it lies in its class. The same picture again
          changes nothing.
        </p>
        {note !== '' && <p role="status">{note}</p>}
      </section>
      {state && <UploadPanel state={state} onStop={uploads.stop} />}
      {over && <div class="drop-here">Drop pictures or folders to add them</div>}
    </div>
  );
}
