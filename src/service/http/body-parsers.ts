/** How bodies become values: JSON within its limit, pictures as bytes, streams untouched. Nothing else is parsed. */
import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { Limits } from '../limits.ts';

export async function registerBodyParsers(app: FastifyInstance, limits: Limits): Promise<void> {
  app.removeContentTypeParser('text/plain');
  const picture = { parseAs: 'buffer', bodyLimit: limits.pictureBytes } as const;
  app.addContentTypeParser(/^image\//, picture, (_request, body, done) => done(null, body));
  app.addContentTypeParser('application/octet-stream', picture, (_request, body, done) => done(null, body));
  app.addContentTypeParser('application/x-ndjson', (_request, body, done) => done(null, body));
  await app.register(multipart, {
    throwFileSizeLimit: false,
    // Names are ids, not files here: a folder in front of one stays.
    preservePath: true,
    limits: { fieldSize: 65_536, fieldNameSize: 100, headerPairs: 50, fileSize: limits.pictureBytes },
  });
}
