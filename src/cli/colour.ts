/** Colours where a person looks: each stream by itself, since one may be a terminal and the other a file. */
import pc from 'picocolors';

const wanted = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && !process.env.NO_COLOR;

/** For results. */
export const onStdout = pc.createColors(wanted(process.stdout));
/** For messages and progress. */
export const onStderr = pc.createColors(wanted(process.stderr));
