/** A service in a process of its own, as `unseen serve` makes one, with patience for busy machines: `node service-child.mjs ROOT`. Prints its port; ends on SIGTERM. */
import { createService, stopOnSignals } from '../dist/service/index.js';

const service = await createService({ root: process.argv[2], limits: { linger: 3_000, drain: 60_000 } });
stopOnSignals(service);
console.log(new URL(await service.listen({ port: 0 })).port);
