/** Packed codes as `.npy`: uint8 `[n, bits/8]`, as `numpy.packbits(bits, axis=1)` makes them in either order of bits. */
import { type BitOrder, Codes } from '../codes/index.ts';
import { UnseenError } from '../errors.ts';
import { readNpy, writeNpy } from './npy.ts';

export interface CodesNpyOptions {
  /** Order of the bits in a byte of the file: NumPy's default is `big`. Default: `little`, as `Codes` has it. */
  readonly bitOrder?: BitOrder;
}

/** @throws `FILE_MALFORMED` if it is no uint8 `[n, bits/8]`; `CODES_BITS_INVALID`, `ARGUMENT_INVALID`; as `readNpy` */
export async function readCodesNpy(
  file: string,
  { bitOrder = 'little' }: CodesNpyOptions = {},
): Promise<Codes> {
  const { type, data, shape } = await readNpy(file);
  if (type !== 'u1' || !(data instanceof Uint8Array) || shape.length !== 2 || shape[1] === 0) {
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: 'array',
      reason: 'must be uint8 [n, bits/8]',
      received: `${type} [${shape.join(', ')}]`,
    });
  }
  return Codes.fromBytes(data, { bits: 8 * shape[1]!, bitOrder });
}

/** Writes what `numpy.save` would; atomic. @throws `FILE_UNWRITABLE`, `ARGUMENT_INVALID` */
export async function writeCodesNpy(
  file: string,
  codes: Codes,
  { bitOrder = 'little' }: CodesNpyOptions = {},
): Promise<void> {
  await writeNpy(file, bitOrder === 'little' ? codes.bytes : codes.toBytes({ bitOrder }), codes.shape);
}
