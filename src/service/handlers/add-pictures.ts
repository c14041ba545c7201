/** Pictures as a form sends them: the name of a file becomes the item's id and the source in its payload. */
import { parsePayload } from '../../collection/index.ts';
import { UnseenError } from '../../errors.ts';
import { itemId } from '../api/fields.ts';
import type { PictureResult } from '../api/items.ts';
import { parse } from '../http/parse.ts';
import { itemProblemOf } from '../http/problems.ts';
import { type Draft, writeItems } from '../write-items.ts';
import type { Handlers } from './handler.ts';
import { readForm } from './read-form.ts';

export const addPicturesHandlers = {
  async addPictures(context, { params, request, deadline, signal }) {
    const served = context.catalog.get(params.name);
    const silence = context.limits.uploadSilence;
    const { pictures, payload } = await readForm(request, context.limits, () => deadline.restart(silence));
    const shared = payload === undefined ? {} : parsePayload(payload);
    deadline.restart(context.limits.adminDeadline);
    const results: PictureResult[] = [];
    const drafts: Draft[] = [];
    const places: number[] = [];
    const ids = new Set<string>();
    for (const { name, bytes } of pictures) {
      const result: PictureResult = { id: name, status: 'failed' };
      results.push(result);
      try {
        const id = parse(itemId, name, 'picture.filename');
        if (bytes === undefined) {
          const limit = `${context.limits.pictureBytes} bytes`;
          throw new UnseenError('PICTURE_TOO_LARGE', { file: name, limit });
        }
        if (ids.has(id)) {
          result.status = 'duplicate';
          continue;
        }
        ids.add(id);
        drafts.push({ id, picture: bytes, payload: { ...shared, source: id } });
        places.push(results.length - 1);
      } catch (error) {
        result.error = itemProblemOf(error);
      }
    }
    const written = await writeItems(context, served, drafts, signal);
    for (const [i, { status, error }] of written.entries()) {
      const result = results[places[i]!]!;
      result.status = status;
      if (status === 'failed') result.error = itemProblemOf(error);
    }
    return { results };
  },
} satisfies Handlers<'addPictures'>;
