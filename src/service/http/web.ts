/** The page and the report: files of two folders, nothing outside them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { PAGE_POLICY } from './headers.ts';

/** Where the build puts the page: beside the built service, or in `dist/` of a source tree. */
const BUILT = ['../../web', '../../../dist/web'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
);

export function builtPage(): string | undefined {
  return BUILT.find((folder) => existsSync(path.join(folder, 'index.html')));
}

/** Names of these hold a hash of their content. */
const HASHED = /[\\/]assets[\\/]/;

export async function registerWeb(
  app: FastifyInstance,
  { web, report }: { readonly web?: string | undefined; readonly report?: string | undefined },
): Promise<void> {
  if (web !== undefined) await serve(app, web, '/');
  if (report !== undefined) await serve(app, report, '/report/');
}

async function serve(app: FastifyInstance, folder: string, prefix: string): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', (_request, reply, done) => {
      reply.header('content-security-policy', PAGE_POLICY);
      done();
    });
    await scope.register(fastifyStatic, {
      root: path.resolve(folder),
      prefix,
      decorateReply: false,
      dotfiles: 'ignore',
      redirect: prefix !== '/',
      // Files are found once: whatever comes later into the folder is not served.
      wildcard: false,
      cacheControl: false,
      setHeaders(reply, file) {
        const cache = HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache';
        reply.setHeader('cache-control', cache);
      },
    });
  });
}
