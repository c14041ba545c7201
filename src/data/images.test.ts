import { mkdir, open, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { extract, type Header, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { UnseenError } from '../errors.ts';
import { readIdx } from './idx.ts';
import { concatImages, imagesFromPixels, imagesFromTar, openImages } from './images.ts';
import { writeNpy } from './npy.ts';
import { indexTar } from './tar.ts';

type Entry = Partial<Header> & { readonly name: string; readonly content?: Buffer };

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? Buffer.alloc(0));
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

async function saved(name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(await temporaryFolder(), name);
  await writeFile(file, bytes);
  return file;
}

/** Oracle: the regular files as a stream parser sees them. */
async function membersByStream(bytes: Buffer): Promise<[string, Buffer][]> {
  const members: [string, Buffer][] = [];
  const parser = extract();
  const finished = new Promise<void>((resolve, reject) => parser.on('finish', resolve).on('error', reject));
  parser.on('entry', (header, stream, next) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk) => chunks.push(chunk as Buffer));
    stream.on('end', () => {
      if (header.type === 'file') members.push([header.name, Buffer.concat(chunks)]);
      next();
    });
    stream.resume();
  });
  Readable.from([bytes]).pipe(parser as unknown as NodeJS.WritableStream);
  await finished;
  return members;
}

describe('pictures in a tar', () => {
  it('are the members that a stream parser finds, in its order, byte for byte', async () => {
    const bytes = await tarOf([
      { name: 'cat/', type: 'directory' },
      { name: 'cat/b.jpg', content: Buffer.from('bb') },
      { name: 'cat/a.jpg', content: Buffer.alloc(70_000, 7) }, // larger than the reading window
      { name: `${'deep/'.repeat(30)}c.jpg`, content: Buffer.from('c') }, // ustar prefix
      { name: `${'long/'.repeat(60)}ä.jpg`, content: Buffer.from('ä') }, // pax path
      { name: 'link.jpg', type: 'symlink', linkname: 'cat/b.jpg' },
      { name: 'empty.jpg' },
      { name: 'last.jpg', content: Buffer.alloc(512, 1) },
    ]);
    const images = await imagesFromTar(await saved('a.tar', bytes));
    const found = await Promise.all(
      Array.from({ length: images.count }, async (_, row) => [
        images.name(row),
        Buffer.from(await images.read(row)),
      ]),
    );
    expect(found).toEqual(await membersByStream(bytes));
    expect(images.count).toBe(6);
  });

  it('with GNU long names are found', async () => {
    const long = `${'x'.repeat(150)}.jpg`;
    const [header] = [await tarOf([{ name: 'l', content: Buffer.from(`${long}\0`) }])];
    const real = await tarOf([{ name: 'short.jpg', content: Buffer.from('z') }]);
    header[156] = 'L'.charCodeAt(0);
    header.write(checksum(header), 148, 'latin1');
    const images = await imagesFromTar(await saved('a.tar', Buffer.concat([header.subarray(0, 1024), real])));
    expect(images.name(0)).toBe(long);
    expect(Buffer.from(await images.read(0)).toString()).toBe('z');
  });

  it('a member that claims more than the file has is refused', async () => {
    const bytes = await tarOf([{ name: 'a.jpg', content: Buffer.alloc(600) }]);
    bytes.write('77777777777', 124, 'latin1'); // 8 GiB
    bytes.write(checksum(bytes), 148, 'latin1');
    const file = await saved('a.tar', bytes);
    await expect(indexTar(file)).rejects.toMatchObject({
      code: 'FILE_LENGTH',
      values: { received: bytes.length },
    });
    await expect(indexTar(await saved('b.tar', bytes.subarray(0, 700)))).rejects.toMatchObject({
      code: 'FILE_LENGTH',
    });
  });

  it('a compressed or damaged archive is refused', async () => {
    await expect(indexTar(await saved('a.tar', Buffer.alloc(2048, 31)))).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
    });
    await expect(indexTar(await saved('b.tar', Buffer.alloc(100, 31)))).rejects.toMatchObject({
      code: 'FILE_LENGTH',
    });
    expect(await indexTar(await saved('c.tar', Buffer.alloc(1024)))).toEqual([]);
  });

  it('no damage to an archive gives anything but a typed error or members inside the file', async () => {
    const whole = await tarOf([
      { name: `${'long/'.repeat(60)}ä.jpg`, content: Buffer.from('ä') },
      { name: 'a.jpg', content: Buffer.from('abc') },
    ]);
    const file = await saved('fuzz.tar', whole);
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (list, repairChecksums) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of list) bytes[at] = value;
        if (repairChecksums) {
          for (let at = 0; at + 512 <= bytes.length; at += 512) {
            const block = bytes.subarray(at, at + 512);
            if (block.subarray(257, 262).toString() === 'ustar') block.write(checksum(block), 148, 'latin1');
          }
        }
        await writeFile(file, bytes);
        try {
          for (const { offset, size } of await indexTar(file))
            expect(offset + size).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(UnseenError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('an archive that shrank after it was opened is a typed error, and many reads share one open file', async () => {
    const bytes = await tarOf([{ name: 'a.jpg', content: Buffer.alloc(3000, 5) }]);
    const file = await saved('a.tar', bytes);
    const images = await imagesFromTar(file);
    const reads = await Promise.all(Array.from({ length: 50 }, () => images.read(0)));
    expect(reads.every((read) => read.length === 3000 && read[2999] === 5)).toBe(true);
    await (await open(file, 'w')).close();
    await expect(images.read(0)).rejects.toMatchObject({ code: 'FILE_LENGTH' });
    await expect(images.read(1)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    expect(() => images.name(-1)).toThrow(UnseenError);
  });
});

function checksum(header: Buffer): string {
  const copy = Buffer.from(header.subarray(0, 512));
  copy.fill(' ', 148, 156);
  return `${copy
    .reduce((sum, byte) => sum + byte, 0)
    .toString(8)
    .padStart(6, '0')}\0 `;
}

describe('pictures in a folder', () => {
  it('are sorted by path, without hidden files, links and other files', async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, 'b'));
    for (const name of ['b/2.PNG', 'a.jpg', 'b/1.webp', 'notes.txt', '.hidden.jpg'])
      await writeFile(path.join(folder, name), name);
    await symlink('/etc/hostname', path.join(folder, 'out.jpg'));
    const images = await openImages(folder);
    if (images.kind !== 'files') throw new Error('files expected');
    expect(Array.from({ length: images.count }, (_, row) => images.name(row))).toEqual([
      'a.jpg',
      'b/1.webp',
      'b/2.PNG',
    ]);
    expect(Buffer.from(await images.read(2)).toString()).toBe('b/2.PNG');
  });
});

describe('pictures as pixels', () => {
  it('grey becomes RGB', () => {
    const { data } = imagesFromPixels(Uint8Array.of(1, 2, 3, 4), [1, 2, 2], 'memory');
    expect([...data]).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    expect(imagesFromPixels(Uint8Array.of(1, 2), [2, 1, 1, 1], 'memory').data.length).toBe(6);
  });

  it('other shapes and item types are refused', async () => {
    expect(() => imagesFromPixels(new Uint8Array(8), [1, 2, 2, 2], 'memory')).toThrow(UnseenError);
    expect(() => imagesFromPixels(new Uint8Array(8), [8], 'memory')).toThrow(UnseenError);
    const file = path.join(await temporaryFolder(), 'a.npy');
    await writeNpy(file, new Float32Array(12), [1, 2, 2, 3]);
    await expect(openImages(file)).rejects.toMatchObject({ code: 'NPY_UNSUPPORTED' });
  });

  it('sources of one size are joined in order, mixtures are refused', async () => {
    const one = imagesFromPixels(Uint8Array.of(1, 1, 1), [1, 1, 1, 3], 'one');
    const two = imagesFromPixels(Uint8Array.of(2, 3), [2, 1, 1], 'two');
    const joined = concatImages([one, two], 'both');
    expect(joined).toMatchObject({
      kind: 'pixels',
      count: 3,
      data: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3),
    });
    const wide = imagesFromPixels(new Uint8Array(6), [1, 1, 2, 3], 'wide');
    expect(() => concatImages([one, wide], 'both')).toThrow(UnseenError);
    const tar = await imagesFromTar(
      await saved('a.tar', await tarOf([{ name: 'a', content: Buffer.from('x') }])),
    );
    expect(() => concatImages([one, tar], 'both')).toThrow(UnseenError);
    const files = concatImages([tar, tar, tar], 'three');
    expect(files.count).toBe(3);
    if (files.kind === 'files') expect(Buffer.from(await files.read(2)).toString()).toBe('x');
  });
});

describe('idx files', () => {
  const idx = (head: number[], shape: number[], body: number[]) => {
    const sizes = Buffer.alloc(4 * shape.length);
    shape.forEach((n, i) => {
      sizes.writeUInt32BE(n, 4 * i);
    });
    return Buffer.concat([Buffer.from(head), sizes, Buffer.from(body)]);
  };

  it('are read with their shape, and as pictures', async () => {
    const file = await saved('train-images-idx3-ubyte', idx([0, 0, 8, 3], [2, 1, 2], [1, 2, 3, 4]));
    expect(await readIdx(file)).toEqual({ shape: [2, 1, 2], data: Uint8Array.of(1, 2, 3, 4) });
    expect(await openImages(file)).toMatchObject({ count: 2, height: 1, width: 2 });
  });

  it.each([
    ['still compressed', idx([31, 139, 8, 1], [1], [1]), 'FILE_MALFORMED'],
    ['floats', idx([0, 0, 13, 1], [1], [1]), 'FILE_MALFORMED'],
    ['too many dimensions', idx([0, 0, 8, 200], [1], [1]), 'FILE_MALFORMED'],
    ['no dimensions', idx([0, 0, 8, 0], [], []), 'FILE_MALFORMED'],
    ['a shape of 2^96 bytes', idx([0, 0, 8, 3], [4294967295, 4294967295, 4294967295], [1]), 'FILE_LENGTH'],
    ['truncated', idx([0, 0, 8, 1], [3], [1, 2]), 'FILE_LENGTH'],
    ['padded', idx([0, 0, 8, 1], [1], [1, 2]), 'FILE_LENGTH'],
    ['half a header', idx([0, 0, 8, 2], [1], []), 'FILE_LENGTH'],
    ['nothing', Buffer.alloc(0), 'FILE_LENGTH'],
  ])('%s: refused', async (_, bytes, code) => {
    await expect(readIdx(await saved('a.idx', bytes))).rejects.toMatchObject({ code });
  });
});
