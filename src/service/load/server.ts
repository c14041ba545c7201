/** The serving process, as the measuring one sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UnseenError } from '../../errors.ts';
import type { FromServer, ServerSettings, ToServer } from './messages.ts';

/** Beside this file; where this file is a source (under tests), the built one: Node 20 runs no TypeScript. */
function mainFile(): string {
  const built = fileURLToPath(new URL('server-main.js', import.meta.url));
  return existsSync(built)
    ? built
    : fileURLToPath(new URL('../../../dist/service/load/server-main.js', import.meta.url));
}

export class LoadServer {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** @throws `SYSTEM_FAILED` when the process ends before it serves */
  static async start(settings: ServerSettings): Promise<LoadServer> {
    const child = fork(mainFile(), [JSON.stringify(settings)], {
      execArgv: [...process.execArgv, '--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const answer = await heard(child);
    if (answer.kind !== 'ready')
      throw new UnseenError('INTERNAL', { reason: `the server said ${answer.kind}` });
    return new LoadServer(child, answer.port);
  }

  /** Bytes of its memory. */
  async memory(): Promise<number> {
    this.#tell('memory');
    const answer = await heard(this.#child);
    return answer.kind === 'memory' ? answer.rss : 0;
  }

  async end(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#tell('end');
    await exit;
  }

  #tell(message: ToServer): void {
    this.#child.send(message);
  }
}

function heard(child: ChildProcess): Promise<FromServer> {
  return new Promise((resolve, reject) => {
    const gone = (status: number | null): void =>
      reject(
        new UnseenError('SYSTEM_FAILED', { what: 'the serving process', reason: `ended with ${status}` }),
      );
    child.once('exit', gone);
    child.once('message', (message: FromServer) => {
      child.removeListener('exit', gone);
      resolve(message);
    });
  });
}
