/** Ctrl-C, once: the work is asked to stop and says what it kept. The second Ctrl-C finds no handler and kills. */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Puts the system's own handling back. */
  dispose(): void;
}

export function listenForInterrupt(say: (text: string) => void): Interrupt {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    dispose();
    say(`${name === 'SIGINT' ? 'Ctrl-C' : name}: stopping; once more kills`);
    controller.abort(new Error(name));
  };
  const dispose = (): void => {
    for (const name of SIGNALS) process.removeListener(name, stop);
  };
  for (const name of SIGNALS) process.on(name, stop);
  return { signal: controller.signal, dispose };
}
