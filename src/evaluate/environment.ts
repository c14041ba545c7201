/** Where figures were measured: without it they compare with nothing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RUNTIME_VERSION, UNSEEN_VERSION } from '../model/index.ts';

export interface Environment {
  readonly node: string;
  /** `linux x64` … */
  readonly platform: string;
  readonly cpu: string;
  /** Logical cores that this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** Of the project's own checkout, `-dirty` behind it when files were changed; missing in an installed package. */
  readonly commit?: string;
  readonly versions: { readonly unseen: string; readonly onnxruntime: string };
}

export async function describeEnvironment(): Promise<Environment> {
  const commit = await ownCommit();
  return {
    node: process.version,
    platform: `${os.platform()} ${os.arch()}`,
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    ...(commit !== undefined && { commit }),
    versions: { unseen: UNSEEN_VERSION, onnxruntime: RUNTIME_VERSION },
  };
}

async function ownCommit(): Promise<string | undefined> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  // Inside node_modules the nearest repository is the user's: its commit would say nothing.
  if (!existsSync(`${root}/.git`)) return undefined;
  try {
    const args = ['-C', root, 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
    const { stdout } = await promisify(execFile)('git', args, { timeout: 5000 });
    return stdout.trim();
  } catch {
    return undefined; // no git on this machine: the versions stay
  }
}
