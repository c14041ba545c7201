/** All that is known of one hit; a field's value becomes a filter with a click. */
import { useEffect, useRef } from 'preact/hooks';
import type { Hit } from '../backend/contract.ts';
import { fieldsOf, nameOf } from '../state/payload.ts';
import type { FieldValue } from '../state/route.ts';
import { useItemPicture } from '../state/use-item-picture.ts';
import { BitPicture } from './bit-picture.tsx';
import { Icon } from './icon.tsx';
import './item-details.css';

interface ItemDetailsProps {
  readonly hit: Hit;
  /** The query's code. */
  readonly code: string;
  readonly pictureOf: (id: string, signal: AbortSignal) => Promise<string>;
  readonly onField: (condition: FieldValue) => void;
  readonly onClose: () => void;
}

export function ItemDetails({ hit, code, pictureOf, onField, onClose }: ItemDetailsProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const address = useItemPicture(hit.picture ? hit.id : undefined, pictureOf);
  return (
    <dialog class="details" ref={dialog} aria-labelledby="details-name" onClose={onClose}>
      <header>
        <h2 id="details-name">{nameOf(hit)}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label="Close"
          title="Close (Escape)"
          onClick={() => dialog.current!.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="look">
        {address !== undefined && <img src={address} alt="" />}
        {hit.code && <BitPicture code={hit.code} query={code} size={128} />}
      </div>
      <dl>
        <dt>id</dt>
        <dd>{hit.id}</dd>
        <dt>distance</dt>
        <dd>
          {hit.distance} bits, by its {hit.modality === 'image' ? 'picture' : 'text'}
        </dd>
        {hit.code && (
          <>
            <dt>code</dt>
            <dd>
              <code>{hit.code}</code>
            </dd>
          </>
        )}
        {fieldsOf(hit.payload).flatMap(({ field, values, text }) => [
          <dt key={`${field} name`}>{field}</dt>,
          <dd key={field}>
            {values.length === 0
              ? text
              : values.map((value) => (
                  <button
                    type="button"
                    class="chip"
                    key={value}
                    title={`Only ${field} = ${value}`}
                    onClick={() => onField({ field: field.replaceAll(/[\\.]/g, '\\$&'), value })}
                  >
                    {value}
                  </button>
                ))}
          </dd>,
        ])}
      </dl>
    </dialog>
  );
}
