/**
 * Real Postgres servers for tests: clusters in a temporary folder, on free ports of loopback, started once a file, stopped and
 * killed as a test needs it. Where the programs are missing, `postgresMissing` says so and tests that need them are skipped.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
/** Where Debian puts them; another place by UNSEEN_POSTGRES_BIN. */
const VERSIONS = '/usr/lib/postgresql';
const programs = ((): string | undefined => {
  if (process.env.UNSEEN_POSTGRES_BIN) return process.env.UNSEEN_POSTGRES_BIN;
  if (!existsSync(VERSIONS)) return undefined;
  const versions = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a));
  return versions.map((one) => path.join(VERSIONS, one, 'bin')).find((bin) => existsSync(`${bin}/initdb`));
})();

/** The server refuses to run as root: then as the user that the package made, or as nobody. */
const user = ((): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line =
    lines.find((one) => one.startsWith('postgres:')) ?? lines.find((one) => one.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
})();

/** Why there are no servers, or undefined. */
export const postgresMissing: string | undefined =
  programs === undefined ? `no initdb below ${VERSIONS} (Debian: apt-get install postgresql)` : undefined;

export interface Cluster {
  /** `postgres://postgres@127.0.0.1:port/postgres` */
  readonly url: string;
  /** Rows of a statement, as an administrator. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** The work with one connection of an administrator. */
  session<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  start(): Promise<void>;
  /** As a crash of the machine would: no process of the server does another step. */
  kill(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

export interface ClusterOptions {
  /** Whether commits wait for the disk: where kills are survived, they must. Default: false. */
  readonly durable?: boolean;
}

export async function startCluster({ durable = false }: ClusterOptions = {}): Promise<Cluster> {
  const folder = await mkdtemp(path.join(tmpdir(), 'unseen-postgres-'));
  if (user) await chown(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const as = { ...user, cwd: folder };
  const setUp = ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  await run(`${programs}/initdb`, setUp, as);
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    shared_buffers: '64MB',
    fsync: durable ? 'on' : 'off',
    max_connections: '60',
  };
  let server: ChildProcess | undefined;

  const ended = async (): Promise<void> => {
    if (server && server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    server = undefined;
  };
  const start = async (): Promise<void> => {
    // Processes of a killed server may hold its memory for a moment: then the start fails and is tried again.
    for (let attempt = 0; attempt < 40; attempt++) {
      const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
      server = spawn(`${programs}/postgres`, ['-D', data, '-p', String(port), ...options], {
        ...as,
        stdio: 'ignore',
      });
      if (await answers(url, server)) return;
      await ended();
      await wait(250);
    }
    throw new Error(`${data}: the server does not start`); // the test's own alarm
  };
  process.on('exit', () => server?.kill('SIGQUIT'));
  await start();

  const session = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.end().catch(() => {});
    }
  };
  return {
    url,
    session,
    query: (text, values = []) => session(async (client) => (await client.query(text, [...values])).rows),
    start,
    async kill() {
      const { pid } = server!;
      const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
      server!.kill('SIGKILL');
      for (const child of own.filter(Boolean)) {
        try {
          process.kill(Number(child), 'SIGKILL');
        } catch {
          // It ended by itself.
        }
      }
      await ended();
    },
    async remove() {
      server?.kill('SIGINT');
      await ended();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Until it takes a question; false: it ended instead. */
async function answers(url: string, server: ChildProcess): Promise<boolean> {
  while (server.exitCode === null && server.signalCode === null) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      return true;
    } catch {
      await wait(50);
    } finally {
      await client.end().catch(() => {});
    }
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
