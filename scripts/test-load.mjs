/**
 * `npm run test:load -- --seconds 1800`: a service of a million items under load, as `unseen bench serve` measures it, with the
 * table of figures. The test is `test/service-load.test.ts`; 60 seconds by default.
 */
import { numbersOf, passes } from './long-test.mjs';

const { seconds } = numbersOf({ seconds: 60 });
process.exit(passes(['test/service-load'], { UNSEEN_LOAD: seconds }) ? 0 : 1);
