/** A service in a process of its own, as `unseen serve` makes one: `node service-child.mjs ROOT`. Prints its port; ends on SIGTERM. */
import { createService, stopOnSignals } from '../dist/service/index.js';

const service = await createService({ root: process.argv[2] });
stopOnSignals(service);
console.log(new URL(await service.listen({ port: 0 })).port);
