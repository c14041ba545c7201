/** What is asked of what: pictures or texts, among pictures or texts. */
import type { Dataset, ModalityName, Split } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { rowsWith } from './rows.ts';

/** What is asked -> what is searched. */
export const TASKS = ['image->text', 'text->image', 'image->image', 'text->text'] as const;
export type Task = (typeof TASKS)[number];

/** What is asked, and what is searched. */
export const sidesOf = (task: Task): [ModalityName, ModalityName] =>
  task.split('->') as [ModalityName, ModalityName];

/** A model or a method: what it encodes. */
interface Encodes {
  readonly modalities: readonly ModalityName[];
}

/** The tasks whose both sides are encoded and have items: the asked side among the queries, the other in the database. */
export const possibleTasks = ({ modalities }: Encodes, data: Dataset, split: Split): Task[] =>
  TASKS.filter((task) => {
    const [from, to] = sidesOf(task);
    return (
      modalities.includes(from) &&
      modalities.includes(to) &&
      rowsWith(data, from, split.query).length > 0 &&
      rowsWith(data, to, split.database).length > 0
    );
  });

/**
 * Those of the wanted tasks that are possible; default: all that are.
 * @throws `ARGUMENT_INVALID` for what is no task, `TASKS_IMPOSSIBLE` where none is left
 */
export function chooseTasks(
  method: Encodes & { readonly name: string },
  data: Dataset,
  split: Split,
  wanted: readonly Task[] = TASKS,
): Task[] {
  const strange = wanted.find((task) => !TASKS.includes(task));
  if (strange !== undefined) {
    const reason = `must be one of ${TASKS.join(', ')}`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'tasks', reason, received: strange });
  }
  const possible = possibleTasks(method, data, split);
  const chosen = wanted.filter((task) => possible.includes(task));
  if (chosen.length > 0) return chosen;
  throw new UnseenError('TASKS_IMPOSSIBLE', {
    method: method.name,
    dataset: data.name,
    received: wanted.join(', '),
    encodes: method.modalities.join(' and '),
    has: (['image', 'text'] as const)
      .map(
        (name) =>
          `${rowsWith(data, name, split.query).length} queries and ${rowsWith(data, name, split.database).length} items of ${name}`,
      )
      .join(', '),
  });
}
