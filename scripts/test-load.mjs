/**
 * `npm run test:load -- --seconds 1800 [--goodput 90]`: a service of a million items under load, as `unseen bench serve` measures it, with the
 * table of figures. The test is `test/service-load.test.ts`; 60 seconds by default. It fails when
 * three times too much brings the answers below so many per cent of the capacity, or when memory grows by 5 %: in less than a minute it has not settled.
 */
import { numbersOf, passes } from './long-test.mjs';

const { seconds, goodput } = numbersOf({ seconds: 60, goodput: 90 });
const passed = passes(['test/service-load'], { UNSEEN_LOAD: seconds, UNSEEN_LOAD_GOODPUT: goodput });
process.exit(passed ? 0 : 1);
