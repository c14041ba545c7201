/** Class, modality, radius, and any field of the payload. */
import { useState } from 'preact/hooks';
import type { CollectionInfo, ModelInfo } from '../backend/contract.ts';
import { changed, type Route } from '../state/route.ts';
import { Segments } from './segments.tsx';

interface FilterPanelProps {
  readonly route: Route;
  readonly collection: CollectionInfo;
  readonly model: ModelInfo | undefined;
  readonly onRoute: (route: Route) => void;
}

export function FilterPanel({ route, collection, model, onRoute }: FilterPanelProps) {
  const { seen = [], unseen = [] } = model?.classes ?? {};
  const names = [...seen, ...unseen].sort();
  return (
    <div class="filter-panel">
      <div class="field">
        <label class="name" for="filter-class">
          Class
        </label>
        <input
          id="filter-class"
          class="input"
          list="class-names"
          autocomplete="off"
          placeholder="any"
          value={route.className ?? ''}
          onChange={({ currentTarget }) =>
            onRoute(changed(route, { className: currentTarget.value.trim() || undefined }))
          }
        />
        <datalist id="class-names">
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
      {collection.modalities.length > 1 && (
        <div class="field">
          <span class="name" aria-hidden="true">
            Compare with the codes of
          </span>
          <Segments
            legend="Compare with the codes of"
            name="modality"
            value={route.modality ?? 'both'}
            choices={[
              ['both', 'both'],
              ['image', 'pictures'],
              ['text', 'texts'],
            ]}
            onChoice={(modality) =>
              onRoute(changed(route, { modality: modality === 'both' ? undefined : modality }))
            }
          />
        </div>
      )}
      <Radius
        bits={collection.bits}
        value={route.radius}
        onRadius={(radius) => onRoute(changed(route, { radius }))}
      />
      <FieldIsValue onAdd={(field) => onRoute(changed(route, { fields: [...route.fields, field] }))} />
    </div>
  );
}

interface RadiusProps {
  readonly bits: number;
  readonly value: number | undefined;
  readonly onRadius: (radius: number | undefined) => void;
}

/** The end of the scale is no bound. Only where the slider comes to rest is searched. */
function Radius({ bits, value, onRadius }: RadiusProps) {
  const [moving, setMoving] = useState<number>();
  const shown = moving ?? value ?? bits;
  return (
    <div class="field">
      <label class="name" for="filter-radius">
        At most so many bits away
      </label>
      <div class="radius">
        <input
          id="filter-radius"
          type="range"
          min={0}
          max={bits}
          value={shown}
          onInput={({ currentTarget }) => setMoving(currentTarget.valueAsNumber)}
          onChange={({ currentTarget }) => {
            setMoving(undefined);
            const radius = currentTarget.valueAsNumber;
            onRadius(radius === bits ? undefined : radius);
          }}
        />
        <output for="filter-radius">{shown === bits ? 'any' : `${shown} bits`}</output>
      </div>
    </div>
  );
}

interface FieldIsValueProps {
  readonly onAdd: (condition: { readonly field: string; readonly value: string }) => void;
}

function FieldIsValue({ onAdd }: FieldIsValueProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const given = new FormData(form);
        const field = String(given.get('field')).trim();
        if (field === '') return;
        onAdd({ field, value: String(given.get('value')).trim() });
        form.reset();
      }}
    >
      <span class="name" aria-hidden="true">
        A field has a value
      </span>
      <div class="pair">
        <input class="input" name="field" aria-label="Field" placeholder="style" autocomplete="off" />
        <span aria-hidden="true">=</span>
        <input class="input" name="value" aria-label="Value" placeholder="noto" autocomplete="off" />
        <button type="submit" class="button">
          Add
        </button>
      </div>
    </form>
  );
}
