/** The half of pictures with words: CZHash and its baselines on one draw of unseen emoji classes. */
import path from 'node:path';
import type { Payload } from '../../collection/index.ts';
import { type Dataset, saveSplit } from '../../data/index.ts';
import { summarize } from '../../evaluate/index.ts';
import { BOTH_WAYS } from '../../evaluate/summary.ts';
import { comparisonTables, plotsOfPrecisionRecall } from '../../report/comparison.ts';
import { describeStrips, retrieve, sampleQueries } from '../../report/retrieved.ts';
import { drawStrips } from '../../report/strips.ts';
import type { Call } from '../command.ts';
import { STRIP } from '../reports.ts';
import type { Half } from './half.ts';
import { collectionOf } from './items.ts';
import { programName, quoted } from './next.ts';
import { runStudy, type StudyPlan } from './study.ts';
import { judgeBothWays, verdictOfBothWays } from './verdict.ts';

/** 24 of 80 classes. */
const UNSEEN_SHARE = 0.3;
const METHODS = ['cca-itq', 'cmfh', 'scm', 'czhash'];
const SHOWN_QUERIES = 6;
/** What whoever shows the pictures must say. */
const AUTHORS =
  'Noto Emoji by Google (Apache-2.0), Twemoji by Twitter and other contributors (CC-BY-4.0), ' +
  'OpenMoji by HfG Schwäbisch Gmünd and contributors (CC-BY-SA-4.0)';

/** What an emoji is called, its tags, and who drew it: `dog face (noto)` is the name of a row. */
function describe(data: Dataset, row: number): Payload {
  const [text, ...tags] = data.modalities.text!.texts![row]!;
  const style = /\((\w+)\)$/.exec(data.rowNames?.[row] ?? '')?.[1];
  return { text: text!, tags, ...(style !== undefined && { style }) };
}

/** `methods` must have `czhash` among them. @throws `ABORTED` */
export async function studyEmoji(
  data: Dataset,
  [seed = 0]: readonly number[],
  call: Call,
  { methods = METHODS, settings = {} }: Partial<Pick<StudyPlan, 'methods' | 'settings'>> = {},
): Promise<Half> {
  const { runs, split, models } = await runStudy(
    data,
    {
      unseen: { share: UNSEEN_SHARE },
      seeds: [seed],
      bits: 64,
      methods,
      settings,
      tasks: ['image->text', 'text->image'],
      shown: ['czhash', methods[0]!],
      where: 'unseen classes, mean of both ways',
    },
    call,
  );
  const czhash = models[0]!;
  const summary = summarize(runs);
  const verdict = judgeBothWays(summary);
  const strips = await retrieve(data, split, models, {
    task: 'text->image',
    queries: sampleQueries(data, split, SHOWN_QUERIES, 'text'),
    ...STRIP,
    signal: call.signal,
  });
  const title = 'Classes that nobody labelled: pictures found by words';
  const png = await drawStrips(strips, { title, side: STRIP.side });
  return {
    verdict: verdictOfBothWays(verdict),
    description:
      `${data.rows} pictures of emoji with their names and tags, ${data.classes.length} classes; draw ${seed} hides the labels of ` +
      `${split.unseen.length} of them, half of whose emoji that are not asked for are the pool, and half are searched. Pictures and ` +
      'texts have codes in one space, so that either finds the other. All drawings and texts of one emoji lie on one side.',
    tables: comparisonTables(summary).filter(
      ({ task, database, figure }) => figure === 'map' && (task === BOTH_WAYS || database === 'unseen'),
    ),
    plots: plotsOfPrecisionRecall(runs),
    pictures: { 'text-to-image.png': { png, alt: describeStrips(strips) } },
    facts: {
      'emoji seed': `${seed}`,
      'emoji split': split.hash,
      'emoji model': czhash.fingerprint,
      'emoji drawn by': AUTHORS,
    },
    results: { verdict, runs, summary },
    saved: `emoji-split.json and emoji-model/, CZHash of seed ${seed}`,
    next(folder) {
      const model = quoted(path.join(folder, 'emoji-model'));
      const codes = quoted(path.join(folder, 'emoji.npy'));
      return [
        'Ask the model of words and pictures on the command line:',
        `  ${programName()} encode --model ${model} --data ${data.name} --modality image --out ${codes}`,
        `  ${programName()} search --codes ${codes} --text "a bird of prey" --model ${model}`,
      ].join('\n');
    },
    async save(folder) {
      await czhash.save(path.join(folder, 'emoji-model'));
      await saveSplit(split, path.join(folder, 'emoji-split.json'));
    },
    collections: models.map((model) =>
      collectionOf(data, model, {
        name: model === czhash ? 'emoji' : `emoji-${model.method}`,
        more: (row) => describe(data, row),
      }),
    ),
  };
}
