/** What may be left out of the answer: the bar below the box, and the panel that it opens. */
import { useState } from 'preact/hooks';
import type { CollectionInfo, ModelInfo } from '../backend/contract.ts';
import { canFilterLabels } from '../state/filter.ts';
import { changed, type Route } from '../state/route.ts';
import { FilterPanel } from './filter-panel.tsx';
import { UnseenMark } from './hit-card.tsx';
import { Icon } from './icon.tsx';
import { Segments } from './segments.tsx';
import './filters.css';

interface FiltersProps {
  readonly route: Route;
  readonly collection: CollectionInfo;
  readonly model: ModelInfo | undefined;
  readonly onRoute: (route: Route) => void;
}

export function Filters({ route, collection, model, onRoute }: FiltersProps) {
  const [open, setOpen] = useState(false);
  const chips = chipsOf(route);
  return (
    <section aria-label="Filters">
      <div class="filters">
        {canFilterLabels(model) && (
          <Segments
            legend="Which classes"
            name="labels"
            value={route.labels ?? 'all'}
            choices={[
              ['all', 'All classes'],
              ['seen', 'Labelled'],
              [
                'unseen',
                <>
                  <UnseenMark /> Unseen
                </>,
              ],
            ]}
            onChoice={(labels) => onRoute(changed(route, { labels: labels === 'all' ? undefined : labels }))}
          />
        )}
        <button
          type="button"
          class="button"
          aria-expanded={open}
          aria-controls="filter-panel"
          onClick={() => setOpen(!open)}
        >
          <Icon name="filter" />
          Filters
        </button>
        {chips.map(({ label, without }) => (
          <button
            type="button"
            class="chip on"
            key={label}
            aria-label={`Remove filter ${label}`}
            onClick={() => onRoute(without)}
          >
            {label}
            <span aria-hidden="true">×</span>
          </button>
        ))}
      </div>
      <div id="filter-panel" hidden={!open}>
        {open && <FilterPanel route={route} collection={collection} model={model} onRoute={onRoute} />}
      </div>
    </section>
  );
}

interface Chip {
  readonly label: string;
  readonly without: Route;
}

function chipsOf(route: Route): Chip[] {
  const { className, modality, radius, fields } = route;
  const chips: Chip[] = fields.map(({ field, value }, i) => ({
    label: `${field} = ${value}`,
    without: changed(route, { fields: fields.filter((_, other) => other !== i) }),
  }));
  if (className !== undefined)
    chips.push({ label: className, without: changed(route, { className: undefined }) });
  if (modality)
    chips.push({
      label: modality === 'image' ? 'by pictures' : 'by texts',
      without: changed(route, { modality: undefined }),
    });
  if (radius !== undefined)
    chips.push({ label: `within ${radius} bits`, without: changed(route, { radius: undefined }) });
  return chips;
}
