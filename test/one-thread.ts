/**
 * Of every test file: ONNX Runtime keeps to one thread unless a test says otherwise. Test files share the cores already, and
 * threads that wait for each other over small networks take twice the processor's time.
 */
import { setDefaultThreads } from '../src/graph/threads.ts';

setDefaultThreads(1);
