/** An upload as the page shows it: running, stopped, or done. */
import { useCallback, useRef, useState } from 'preact/hooks';
import type { NamedFile, Problem } from '../backend/contract.ts';
import { type Send, type UploadProgress, upload } from './upload.ts';
import { problemOf } from './use-search.ts';

export interface UploadState {
  readonly progress: UploadProgress;
  readonly stage: 'running' | 'stopping' | 'stopped' | 'done';
  readonly problem?: Problem;
}

export interface Uploads {
  readonly state: UploadState | undefined;
  readonly start: (files: readonly NamedFile[]) => void;
  readonly stop: () => void;
}

/** `onEnd` is called when nothing more is sent, however it ended. */
export function useUpload(send: Send, onEnd: () => void): Uploads {
  const [state, setState] = useState<UploadState>();
  const running = useRef<AbortController>(undefined);
  const start = useCallback(
    (files: readonly NamedFile[]) => {
      if (running.current || files.length === 0) return;
      const controller = new AbortController();
      running.current = controller;
      let last: UploadProgress = { total: files.length, done: 0, added: 0, known: 0, failed: [], seconds: 0 };
      const show = (stage: UploadState['stage'], problem?: Problem): void =>
        setState({ progress: last, stage, ...(problem && { problem }) });
      show('running');
      const onProgress = (now: UploadProgress): void => {
        last = now;
        show(controller.signal.aborted ? 'stopping' : 'running');
      };
      upload(files, send, { signal: controller.signal, onProgress })
        .then(
          ({ done, total }) => show(done < total ? 'stopped' : 'done'),
          (error) => show('stopped', problemOf(error)),
        )
        .finally(() => {
          running.current = undefined;
          onEnd();
        });
    },
    [send, onEnd],
  );
  const stop = useCallback(() => {
    running.current?.abort();
    setState((shown) => shown && { ...shown, stage: 'stopping' });
  }, []);
  return { state, start, stop };
}
