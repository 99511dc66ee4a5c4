import { leaveTraces } from './leaving-traces.js';

leaveTraces();
