/** The parts of a multipart form, within limits: pictures as bytes, and a payload for all. */
import type { FastifyRequest } from 'fastify';
import { UnseenError } from '../../errors.ts';
import type { Limits } from '../limits.ts';

export interface Form {
  /** `bytes` undefined: it was larger than a picture may be. */
  readonly pictures: readonly { readonly name: string; readonly bytes: Uint8Array | undefined }[];
  /** Parsed JSON. */
  readonly payload: unknown;
}

const FIELD = 'picture';

const refuse = (field: string, reason: string): UnseenError =>
  new UnseenError('REQUEST_INVALID', { field, reason });

/** `heard` is called with every part. @throws `REQUEST_INVALID`, `BODY_TOO_LARGE` */
export async function readForm(
  request: FastifyRequest,
  { pictureBytes, formBytes, formPictures }: Pick<Limits, 'pictureBytes' | 'formBytes' | 'formPictures'>,
  heard: () => void,
): Promise<Form> {
  const pictures: { name: string; bytes: Uint8Array | undefined }[] = [];
  let payload: unknown;
  let total = 0;
  const limits = { fileSize: pictureBytes, files: formPictures, fields: 1, parts: formPictures + 1 };
  try {
    // Paths below a chosen folder stay whole: they are ids.
    for await (const part of request.parts({ limits, preservePath: true })) {
      heard();
      if (part.type === 'field') {
        if (part.fieldname !== 'payload') throw refuse(part.fieldname, 'is no field of this form');
        payload = parsePayloadField(part.value);
        continue;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of part.file) {
        heard();
        total += chunk.length;
        if (total > formBytes) throw new UnseenError('BODY_TOO_LARGE', { limit: `${formBytes} bytes` });
        chunks.push(chunk);
      }
      if (part.fieldname !== FIELD) throw refuse(part.fieldname, 'is no field of this form');
      pictures.push({ name: part.filename, bytes: part.file.truncated ? undefined : Buffer.concat(chunks) });
    }
  } catch (cause) {
    if (cause instanceof UnseenError || (cause as { statusCode?: number }).statusCode) throw cause;
    // The parser of forms gives plain errors for whatever is no form.
    throw new UnseenError(
      'REQUEST_INVALID',
      { field: 'body', reason: 'is no form that can be read' },
      { cause },
    );
  }
  if (pictures.length === 0) throw refuse(FIELD, 'must be there at least once');
  return { pictures, payload };
}

function parsePayloadField(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch (cause) {
    throw new UnseenError('REQUEST_INVALID', { field: 'payload', reason: 'must be JSON' }, { cause });
  }
}
