/** The site's model in the browser; ONNX Runtime comes with it. */
import { tokenize } from '../../../src/encoders/text/tokenize.ts';
import { type EncoderInput, Model } from '../../../src/model/index.ts';
import type { Modality } from '../backend/contract.ts';

export class Encoder {
  readonly #model: Model;
  /** The first run opens ONNX Runtime and compiles its WebAssembly. */
  readonly #ready: Promise<unknown>;

  private constructor(model: Model) {
    this.#model = model;
    this.#ready = model.modalities.includes('text') ? model.encode('text', ['']) : Promise.resolve();
    this.#ready.catch(() => {}); // told to whoever waits for it
  }

  /** Fetches the model's folder and checks every file against its hash. */
  static async open(url: string): Promise<Encoder> {
    return new Encoder(await Model.load(url));
  }

  /** Resolves when texts can be encoded without fetching anything. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  async text(text: string): Promise<{ readonly code: string; readonly unknownWords: readonly string[] }> {
    const words = [...new Set(tokenize(text))];
    const unknown = this.#model.unknownTexts(words).map((i) => words[i]!);
    return { code: await this.#code('text', [text]), unknownWords: unknown };
  }

  async picture(picture: Blob): Promise<string> {
    const name = picture instanceof File ? picture.name : 'the picture';
    const bytes = new Uint8Array(await picture.arrayBuffer());
    return this.#code('image', { kind: 'files', count: 1, name: () => name, read: async () => bytes });
  }

  async #code(modality: Modality, input: EncoderInput): Promise<string> {
    return (await this.#model.encode(modality, input)).toHex(0);
  }
}
