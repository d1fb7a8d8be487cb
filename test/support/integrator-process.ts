import { startIntegrator } from '../../db/log/start-integrator.ts';
import { openStore } from '../../db/open.ts';

// An integrator in a process of its own: `node integrator-process.ts DATABASE HOLDER`, until it is killed.
const [file = '', holder = ''] = process.argv.slice(2);
startIntegrator(await openStore({ file, synchronous: 'NORMAL' }), { holder });
console.log('running');
