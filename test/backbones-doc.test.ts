/** Every command and example of docs/backbones.md is run, with small networks under the names that the page uses. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PRESET_NAMES } from '../src/encoders/backbone/index.ts';
import { Random } from '../src/random.ts';
import { tinyBackbone } from './backbones.ts';
import { unseen } from './program.ts';

const root = path.join(import.meta.dirname, '..');
const page = readFileSync(path.join(root, 'docs/backbones.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]!);
const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));

const SIDE = 224;
/** As published with CLIP and DINOv2. */
const CLIP = {
  crop_size: 224,
  do_center_crop: true,
  do_normalize: true,
  do_resize: true,
  feature_extractor_type: 'CLIPFeatureExtractor',
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
  resample: 3,
  size: 224,
};
const DINOV2 = {
  crop_size: { height: 224, width: 224 },
  do_center_crop: true,
  do_convert_rgb: true,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.485, 0.456, 0.406],
  image_processor_type: 'BitImageProcessor',
  image_std: [0.229, 0.224, 0.225],
  resample: 3,
  rescale_factor: 0.00392156862745098,
  size: { shortest_edge: 256 },
};

/** Inside the project, where the example finds the package by its name. */
async function workFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(root, '.backbones-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function writeFiles(folder: string): Promise<void> {
  const put = async (file: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
  };
  const random = new Random(0, 'backbones');
  const picture = async (label: number): Promise<Buffer> => {
    const colour = [0, 1, 2].map((c) => 60 + ((label * 67 + c * 41) % 130));
    const data = Uint8Array.from({ length: 30 * 20 * 3 }, (_, i) => colour[i % 3]! + random.below(60));
    return sharp(data, { raw: { width: 30, height: 20, channels: 3 } })
      .png()
      .toBuffer();
  };
  const vectors: Record<string, number[]> = {};
  for (const [label, name] of ['ant', 'bee', 'cow', 'dog', 'elk', 'fox'].entries()) {
    for (let i = 0; i < 8; i++) await put(`photos/${name}/${i}.png`, await picture(label));
    vectors[name] = Array.from({ length: 6 }, () => random.normal());
  }
  await put('photos/class_embeddings.json', JSON.stringify(vectors));
  await put('new.jpg', await picture(1));
  const dim = 80;
  await put('clip/onnx/vision_model.onnx', tinyBackbone({ side: SIDE, dim }));
  await put('clip/preprocessor_config.json', JSON.stringify(CLIP));
  await put(
    'dinov2/onnx/model.onnx',
    tinyBackbone({ side: SIDE, dim, outputs: { last_hidden_state: 'tokens', pooler_output: 'vector' } }),
  );
  await put('dinov2/preprocessor_config.json', JSON.stringify(DINOV2));
  await put('resnet50.onnx', tinyBackbone({ side: SIDE, dim, outputs: { logits: 'vector' } }));
  for (const [, file, content] of page.matchAll(/<!-- file: (\S+) -->\s+```json\n([\s\S]*?)```/g)) {
    await put(file!, content!);
  }
}

describe('docs/backbones.md', () => {
  it('names commands of this program only, and every preset', () => {
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) expect(command).toMatch(/^unseen /);
    for (const name of PRESET_NAMES) expect(page).toContain(`\`${name}\``);
  });

  it('has commands and an example that run', { timeout: 300_000 }, async () => {
    const folder = await workFolder();
    await writeFiles(folder);
    for (const command of commands) {
      const argv = command.split(/\s+/).slice(1);
      // Training is shortened; nothing else is changed.
      const settings = argv[0] === 'train' ? ['steps=20', 'rounds=1', 'hidden=32', 'batch=32'] : [];
      argv.push(...settings.flatMap((setting) => ['--set', setting]));
      const run = await unseen(argv, { cwd: folder });
      expect(run.stderr, command).not.toMatch(/error/);
      expect(run.status, command).toBe(0);
    }
    const [example] = blocks('ts');
    await writeFile(path.join(folder, 'example.mjs'), example!);
    const { stdout } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder });
    expect(stdout).toMatch(/^onnx:[0-9a-f]{16} 80 48$/m);
  });
});

describe('unseen import --backbone', () => {
  it('says what made the features, and refuses before it reads', { timeout: 120_000 }, async () => {
    const folder = await workFolder();
    await writeFiles(folder);
    const importing = (...argv: string[]) =>
      unseen(['import', 'folder', 'photos', '--json', '--out', 'out', ...argv], { cwd: folder });
    const done = await importing('--backbone', 'clip/onnx/vision_model.onnx');
    expect(done.json().features).toEqual({ extractor: expect.stringMatching(/^onnx:/), dim: 80 });
    const alone = await importing('--force', '--backbone-preset', 'clip');
    expect([alone.status, alone.json().error.code]).toEqual([2, 'ARGUMENT_INVALID']);
    const unknown = await importing('--force', '--backbone', 'resnet50.onnx');
    expect([unknown.status, unknown.json().error.code]).toEqual([2, 'BACKBONE_INVALID']);
    expect(unknown.json().error.hint).toContain('--backbone-preset');
    const choice = await importing('--force', '--backbone', 'resnet50.onnx', '--backbone-preset', 'resnet');
    expect(choice.status).toBe(2);
  });
});
