/** `unseen train`: one method on one split; every round is a line of the log. */
import type { Command } from 'commander';
import { loadSplit } from '../data/index.ts';
import { addCommand, perform } from './command.ts';
import { readConfig } from './config.ts';
import { DATA_HELP, openData } from './data.ts';
import { FitLog } from './fit-log.ts';
import { integer, MAX_SEED, setting } from './options.ts';
import { checkOutputFolder } from './outputs.ts';

interface TrainOptions {
  readonly data: string;
  readonly split: string;
  readonly method?: string;
  readonly bits?: number;
  readonly seed?: number;
  readonly config?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addTrain(program: Command): void {
  addCommand(program, 'train', 'train one method on one split and write the model', [
    'train --data icons --split split.json --method tzsh --bits 64 --out model/',
    'train --data emoji --split split.json --method czhash --bits 32 --out model/',
    'train --data icons --split split.json --config tzsh.json --set rounds=4 --out model/',
  ])
    .requiredOption('--data <dir>', DATA_HELP)
    .requiredOption('--split <file>', 'which rows train: see unseen split')
    .option('--method <name>', 'what to train, see the list below (default: tzsh)')
    .option('--bits <n>', 'length of a code, a multiple of 8 from 8 to 4096 (default: 64)', integer(8, 4096))
    .option('--seed <n>', 'initial weights and order of rows (default: 0)', integer(0, MAX_SEED))
    .option('--config <file>', 'JSON with method, bits, seed and settings; options of the command line win')
    .option('--set <key=value>', 'a setting of the method, repeatable', setting)
    .requiredOption('--out <dir>', 'model folder to write')
    .option('--force', 'replace an existing model')
    .action((options: TrainOptions) =>
      perform(options.json, async (call) => {
        const { signal, progress } = call;
        const { createMethod } = await import('../methods/index.ts');
        const config = options.config === undefined ? {} : await readConfig(options.config);
        const name = options.method ?? config.method ?? 'tzsh';
        // Settings before data, data before training: what is quick to refuse is refused first.
        const method = createMethod(name, {
          ...config.settings,
          ...options.set,
          bits: options.bits ?? config.bits ?? 64,
          seed: options.seed ?? config.seed ?? 0,
        });
        await checkOutputFolder(options.out, options.force, 'model.json');
        const data = await openData(options.data, call);
        const split = await loadSplit(options.split, data);
        const log = new FitLog((line) => progress.line(line));
        const start = performance.now();
        const model = await method.fit(data, split, {
          signal,
          monitor: true,
          onProgress(event) {
            progress.update(event.phase, event.done);
            log.add(event);
          },
        });
        log.close();
        const trainSeconds = (performance.now() - start) / 1000;
        await model.save(options.out, { overwrite: options.force ?? false });
        await model.dispose();
        const { bits, seed } = model.manifest;
        return {
          json: {
            model: options.out,
            fingerprint: model.fingerprint,
            method: name,
            bits,
            seed,
            dataset: data.name,
            split: split.hash,
            trainSeconds,
            log: log.events,
          },
          text: `${options.out}: ${name}, ${bits} bits, seed ${seed}, ${model.fingerprint.slice(0, 12)}, trained in ${trainSeconds.toFixed(1)} s`,
        };
      }),
    );
}
