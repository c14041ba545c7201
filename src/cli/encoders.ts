/** Whether a model can encode what it is given, said before the work. */
import type { ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import type { Model } from '../model/index.ts';
import type { Progress } from './progress.ts';

/** @throws `METHOD_MODALITY_MISSING` naming the methods that encode the modality */
export async function requireEncoder(model: Model, folder: string, modality: ModalityName): Promise<void> {
  if (model.modalities.includes(modality)) return;
  const { METHODS } = await import('../methods/index.ts');
  const known = Object.keys(METHODS).filter((name) => METHODS[name]!.modalities.includes(modality));
  throw new UnseenError('METHOD_MODALITY_MISSING', {
    model: folder,
    method: model.method,
    received: modality,
    known: known.join(', ') || 'none yet',
  });
}

/** How many of the texts hold no word that the model knows; where there are any, a line says so. */
export function countUnknown(
  model: Model,
  texts: readonly (string | readonly string[])[],
  progress: Progress,
): number {
  const { length } = model.unknownTexts(texts);
  const which = texts.length === 1 ? 'The text holds' : `${length} of ${texts.length} texts hold`;
  const codes = texts.length === 1 ? 'its code says' : 'their codes say';
  if (length > 0) progress.line(`${which} no word that the model knows: ${codes} nothing.`);
  return length;
}
